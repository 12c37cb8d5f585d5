// The command line of bytestore-mount: its flags, and the -o options as mount(8) and fstab(5) hand them on.
// bytestore-mount(8) is the contract with the user.
#pragma once

#include "engine/options.h"
#include "engine/result.h"
#include "fs/memory_limit.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bytestore::fuse {

// None where one CPU is all there is: it would be taken from whoever makes the next request.
std::chrono::microseconds default_spin();

struct MountOptions {
    enum class Action : std::uint8_t { mount, help, version };

    Action action = Action::mount;
    std::string data_dir;     // as given
    std::string mount_point;  // as given
    bool from_mount = false;  // called by mount(8), as mount.TYPE
    bool foreground = false;
    bool debug = false;  // print every FUSE message
    bool verbose = false;
    bool fake = false;  // check the command line, do nothing else
    bool allow_other = false;
    bool default_permissions = false;  // the kernel checks modes; else only where somebody but root can come in
    std::vector<std::string> flags;    // nodev, suid, ...: for mount(2), in the order given
    std::string fsname;                // the source that df and mount show; empty: the data directory
    std::optional<std::uint32_t> uid;  // the owner to show for every file
    std::optional<std::uint32_t> gid;
    std::uint64_t max_dirty = fs::default_max_dirty();  // bytes in open files that are not stored
    std::chrono::microseconds spin = default_spin();    // how long the daemon stays awake after a request
    bool io_uring = true;                               // requests come over it where it is offered
    Options store;                                      // what the options say of the store; the rest has its defaults
};

// Reads no file and asks nothing of the system. Errc::invalid names the first argument that cannot be right. With an
// action other than mount the two places may be missing.
Result<MountOptions> parse_options(int argc, const char* const* argv);

std::string help_text();
std::string version_text();

}  // namespace bytestore::fuse
