// Where the same work is done: our mount, the null file system (null_fs.cpp), a directory on a disk and one in memory.
#pragma once

#include "tests/bench/mount/our_mount.h"
#include "tests/bench/scratch.h"

#include <string>
#include <vector>

namespace bytestore::bench {

class Places {
public:
    struct Place {
        std::string name;
        std::string directory;
    };

    // Makes them all; the disk is the one that `disk` lies on. Throws what cannot be done.
    explicit Places(const std::string& disk);
    // Unmounts, and removes everything.
    ~Places();
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;

    const std::vector<Place>& all() const { return all_; }
    const OurMount& ours() const { return ours_; }
    // Lets every kernel cache go, and what is on its way to the disk arrive.
    static void cool();

private:
    const Scratch scratch_;
    const Scratch memory_;
    const OurMount ours_;
    std::vector<Place> all_;
};

}  // namespace bytestore::bench
