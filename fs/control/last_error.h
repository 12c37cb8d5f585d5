// .control/last-error: what a shell would not have told.
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace bytestore::fs {

inline constexpr std::size_t kLongestLastError = 1024;  // bytes of the line, its newline included

// Threads: every method locks by itself.
class LastError {
public:
    // `what` is what failed, `time` in nanoseconds since 1970.
    void note(std::string_view what, const Error& error, std::int64_t time);

    // `TIME ERRNO: WHAT: MESSAGE` and a newline, of the last error noted; empty if there was none. The time is UTC in
    // the form of ISO 8601. What is longer than kLongestLastError is cut; control characters are shown as '?'.
    std::string text() const;
    // Errors noted.
    std::uint64_t count() const;

private:
    mutable std::mutex mutex_;
    std::string text_;         // guarded by mutex_
    std::uint64_t count_ = 0;  // guarded by mutex_
};

}  // namespace bytestore::fs
