// Typed errors as values.
//
// Every operation that can fail returns Result<T> (or Status). Both are [[nodiscard]], and the build turns an ignored
// one into an error; where ignoring is right, say so with `ignore(...)`, which can be searched for.
//
// An Errc says what went wrong in terms that a caller can act on. It has exactly one translation to an errno
// (fs/errno.h) and one to an exit code (tools/exit_code.h); the message names the thing (key, file, offset) and is
// meant for a person.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bytestore {

enum class Errc : std::uint8_t {
    not_found,       // no such key, file or directory
    exists,          // the name is taken
    not_directory,   // a path component is a file
    is_directory,    // a file was wanted
    not_empty,       // the directory still holds something
    invalid,         // an argument that can never be right
    not_utf8,        // a key or link target that is not valid UTF-8
    name_too_long,   // a key over 64 KiB, a name over 255 bytes
    too_large,       // a value over max_value
    not_permitted,   // an operation that this store does not have (hard links, devices)
    access_denied,   // the operating system refused for lack of permission
    read_only,       // the store was opened for reading only, or lies on a read-only disk
    locked,          // another process writes this store
    no_space,        // the disk or the quota is full
    io,              // the operating system reported an I/O error
    stopped,         // an earlier I/O error stopped writing; reads go on
    foreign_writer,  // somebody else changed the active segment under us
    damaged,         // bytes in the log that no crash explains
    unsupported,     // written by a newer version
    not_a_store,     // the data directory is missing or not a directory
    busy,            // in use in a way that forbids this
    no_memory,       // out of memory
};

struct Error {
    Errc code{};
    std::string message;
    int os_error = 0;  // the errno that caused it, 0 if none
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
    using std::expected<T, Error>::expected;
};

using Status = Result<void>;

// Names and keys may hold anything; what is printed is one line, and gives a terminal no orders: control characters
// become \xHH.
inline std::string one_line(std::string message)
{
    const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
    if (std::ranges::none_of(message, is_control)) {
        return message;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string shown;
    for (const char byte : message) {
        const auto code = static_cast<unsigned char>(byte);
        if (is_control(code)) {
            shown.append("\\x").append({kDigits[code >> 4], kDigits[code & 0xf]});
        } else {
            shown += byte;
        }
    }
    return shown;
}

inline std::unexpected<Error> fail(Errc code, std::string message, int os_error = 0)
{
    return std::unexpected<Error>(Error{code, one_line(std::move(message)), os_error});
}

// Hands an error on from a Result of any type.
template <class T>
std::unexpected<Error> forward(Result<T>& failed)
{
    return std::unexpected<Error>(std::move(failed.error()));
}

// For the few places where a failure changes nothing; each says why beside it.
template <class T>
void ignore(const Result<T>&) noexcept
{
}

// The arguments of these macros are declarations and names, which parentheses would break.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define BYTESTORE_CONCAT_(a, b) a##b
#define BYTESTORE_CONCAT(a, b) BYTESTORE_CONCAT_(a, b)

// TRY(expr): returns the error of `expr` from the enclosing function, if it has one.
#define BYTESTORE_TRY_(temporary, expr)             \
    do {                                            \
        if (auto temporary = (expr); !temporary) {  \
            return ::bytestore::forward(temporary); \
        }                                           \
    } while (false)
#define TRY(expr) BYTESTORE_TRY_(BYTESTORE_CONCAT(try_status_, __LINE__), expr)

#define BYTESTORE_TRY_ASSIGN_(temporary, target, expr) \
    auto temporary = (expr);                           \
    if (!temporary) {                                  \
        return ::bytestore::forward(temporary);        \
    }                                                  \
    target = std::move(*temporary)

// TRY_ASSIGN(auto x, expr): as TRY, else x is the value.
#define TRY_ASSIGN(target, expr) BYTESTORE_TRY_ASSIGN_(BYTESTORE_CONCAT(try_value_, __LINE__), target, expr)

// NOLINTEND(bugprone-macro-parentheses)

}  // namespace bytestore
