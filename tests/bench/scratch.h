// A directory that is gone when its owner is; in `parent`, or in BYTESTORE_BENCH_DIR, or TMPDIR, or /tmp.
#pragma once

#include <string>

namespace bytestore::bench {

class Scratch {
public:
    Scratch();
    explicit Scratch(const std::string& parent);
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Scratch(Scratch&&) = delete;
    Scratch& operator=(Scratch&&) = delete;

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace bytestore::bench
