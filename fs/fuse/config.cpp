#include "fs/fuse/config.h"

#include "fs/fuse/option_table.h"

#include <fmt/format.h>

#include <string_view>

namespace bytestore::fuse {
namespace {

// The escapes of libfuse's parser.
std::string escaped(std::string_view value)
{
    std::string text;
    for (const char byte : value) {
        const auto code = static_cast<unsigned char>(byte);
        if (code < ' ' || byte == '\x7f') {
            text += fmt::format("\\{:03o}", code);
        } else {
            text += byte == ',' || byte == '\\' ? fmt::format("\\{}", byte) : std::string(1, byte);
        }
    }
    return text;
}

}  // namespace

std::string config_text(const MountOptions& options)
{
    std::string text;
    for (const Option& option : mount_option_table()) {
        if (const auto value = option.show(options)) {
            text += fmt::format("{}{}\n", option.name, escaped(*value));
        }
    }
    for (const std::string& flag : options.flags) {
        text += flag + '\n';
    }
    return text;
}

}  // namespace bytestore::fuse
