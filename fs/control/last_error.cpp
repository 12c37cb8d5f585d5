#include "fs/control/last_error.h"

#include "fs/errno.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace bytestore::fs {
namespace {

std::string errno_name(const Error& error)
{
    const int number = errno_of(error);
    const char* const name = ::strerrorname_np(number);
    return name != nullptr ? name : fmt::format("errno {}", number);
}

bool continues_character(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

std::string cut(std::string text)
{
    if (text.size() >= kLongestLastError) {
        std::size_t size = kLongestLastError - 1;
        while (size > 0 && continues_character(text[size])) {
            --size;
        }
        text.resize(size);
    }
    return text + '\n';
}

}  // namespace

void LastError::note(std::string_view what, const Error& error, std::int64_t time)
{
    const std::chrono::sys_time<std::chrono::nanoseconds> point{std::chrono::nanoseconds(time)};
    auto text =
        cut(one_line(fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}: {}: {}", std::chrono::floor<std::chrono::seconds>(point),
                                 errno_name(error), what, error.message)));
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
    ++count_;
}

std::string LastError::text() const
{
    const std::lock_guard lock(mutex_);
    return text_;
}

std::uint64_t LastError::count() const
{
    const std::lock_guard lock(mutex_);
    return count_;
}

}  // namespace bytestore::fs
