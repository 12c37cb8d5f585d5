// Everything that bytestore-mount understands. One row says all there is to know of an option: how it is recognised,
// what --help prints, what it does, what .control/config shows of it; so that these cannot disagree.
#pragma once

#include "engine/result.h"
#include "fs/fuse/options.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bytestore::fuse {

struct Option {
    const char* name;   // ends in '=' (a flag's in ' ') if a value follows
    const char* value;  // what --help calls the value
    const char* help;
    Status (*apply)(MountOptions& options, std::string_view value);
    // The value in effect (empty for an option without one); nothing if the option is not. Of mount options only.
    std::optional<std::string> (*show)(const MountOptions& options) = nullptr;
};

std::span<const Option> flag_table();
std::span<const Option> helper_flag_table();       // only when mount(8) calls
std::span<const Option> mount_option_table();      // for -o
std::span<const char* const> kernel_flag_table();  // for -o, handed on to mount(2)
std::span<const char* const> ignored_table();      // for -o: what fstab has for others to read

}  // namespace bytestore::fuse
