// A mounted store: the real daemon, in the foreground as a child of the test.
#pragma once

#include "tests/mount/child.h"
#include "tests/mount/mount_point.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bytestore::test {

struct MountPlaces {
    std::string data_dir;
    std::string mount_point;
    std::string log;  // what the daemon says goes to this file
};

// Whether a FUSE file system answers there.
bool is_mounted(const std::string& directory);

class Mount {
public:
    explicit Mount(MountPlaces places)
        : places_(std::move(places))
    {
    }
    // Leaves no mount and no daemon behind.
    ~Mount();
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

    // Returns once the mount answers. `options` go behind the words of the command line, for example {"-o", "ro"}.
    testing::AssertionResult start(const std::vector<std::string>& options = {});
    // Each returns the daemon's exit status; nothing if it did not end.
    std::optional<int> unmount();
    std::optional<int> end_by(int signal);
    // The mount stays, dead.
    void kill9();

    const MountPlaces& places() const { return places_; }
    pid_t pid() const { return daemon_->pid(); }
    bool running() { return daemon_ && daemon_->running(); }
    std::string log() const;

private:
    std::optional<int> ended();

    const MountPlaces places_;
    std::unique_ptr<Child> daemon_;
};

}  // namespace bytestore::test
