// What was committed, in order, and how much of it a crash may take.
#pragma once

#include "tests/support/model.h"

#include <cstddef>
#include <mutex>
#include <vector>

namespace bytestore::test {

class History {
public:
    // Counts of commits; each is at least the one before.
    struct Bounds {
        std::size_t safe = 0;          // a loss of power takes none of these
        std::size_t acknowledged = 0;  // a crash takes none of these
        std::size_t begun = 0;         // nothing else can be found
    };

    History() { restart({}); }
    void restart(const Map& map);  // which is safe
    // A crash happened when these were the bounds, and this was found.
    void resume(const Bounds& bounds, const Map& found);

    void begin(const Batch& batch);
    void abandon();      // what was begun failed, and left nothing
    void acknowledge();  // what was begun
    void made_safe(std::size_t commits);

    Bounds bounds() const;
    Map now() const;  // with all that was acknowledged
    // Whether it is what was there after some number of commits, `from` to `to`.
    bool had(const Map& map, std::size_t from, std::size_t to) const;

private:
    mutable std::mutex mutex_;
    // Guarded by mutex_.
    std::vector<Map> maps_;  // by the number of commits
    Bounds bounds_;
};

}  // namespace bytestore::test
