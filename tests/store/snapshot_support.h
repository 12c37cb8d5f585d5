// Openings of the same directory with and without its snapshot, and what they show.
#pragma once

#include "tests/support/store_test.h"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace bytestore::test {

class SnapshotTest : public StoreTest {
protected:
    // What an opening shows of a store.
    struct View {
        std::optional<Errc> refused;
        std::vector<ListItem> items;
        Map content;
        std::vector<std::uint64_t> counts;  // of its stats

        bool operator==(const View& other) const;
        std::string text() const;
        friend std::ostream& operator<<(std::ostream& out, const View& view) { return out << view.text(); }
    };

    SnapshotTest();

    Path snapshot() const { return path() / "index.snapshot"; }
    // Writes `keys` keys into the segment size that options_ say, and closes: the snapshot covers all.
    void fill(int keys);

    // Whether the snapshot was used in the last opening of these.
    bool used() const { return used_; }
    // With the snapshot (as options_ say), or without. For writing it opens a copy of the directory, and compacts it.
    View view(bool with_snapshot, bool writing);
    // Reading and writing, loaded whole and on demand.
    void expect_same_as_without();

private:
    View view_of(const std::string& directory, const Options& options);

    bool used_ = false;
};

}  // namespace bytestore::test
