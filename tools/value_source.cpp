#include "tools/value_source.h"

#include "engine/io/os_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <string_view>

namespace bytestore::tools {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16;

Result<std::string> read_all(std::istream& from, std::string_view name, std::uint64_t limit)
{
    std::string bytes;
    std::string piece(kPiece, '\0');
    errno = 0;
    do {
        from.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        bytes.append(piece, 0, static_cast<std::size_t>(from.gcount()));
        if (bytes.size() > limit) {
            return fail(Errc::too_large, fmt::format("the value from {} is longer than {} bytes", name, limit));
        }
    } while (from);
    if (from.bad()) {
        return os_failure(errno, "read", name);
    }
    return bytes;
}

}  // namespace

Result<std::string> read_value(const SetCommand& command, std::istream& standard_input, std::uint64_t limit)
{
    if (command.source == SetCommand::Source::argument) {
        return command.value;
    }
    if (command.source == SetCommand::Source::standard_input) {
        return read_all(standard_input, "standard input", limit);
    }
    errno = 0;
    std::ifstream file(command.value, std::ios::binary);
    if (!file) {
        return os_failure(errno, "open", command.value);
    }
    return read_all(file, command.value, limit);
}

}  // namespace bytestore::tools
