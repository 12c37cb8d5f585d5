#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace bytestore {

// How many first bytes two strings have in common. Eight at a time: std::mismatch takes one.
inline std::size_t shared_bytes(std::string_view a, std::string_view b)
{
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t shared = 0;
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    for (; shared + sizeof(left) <= most; shared += sizeof(left)) {
        std::memcpy(&left, a.data() + shared, sizeof(left));
        std::memcpy(&right, b.data() + shared, sizeof(right));
        if (left != right) {
            break;
        }
    }
    while (shared < most && a[shared] == b[shared]) {
        ++shared;
    }
    return shared;
}

}  // namespace bytestore
