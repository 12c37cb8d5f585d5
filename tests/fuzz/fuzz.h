// What the fuzz targets have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bytestore::fuzz {

// A promise that the code broke: libFuzzer takes what leaves a target for a crash, and the replay for a failed test.
class Broken : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

inline void require(bool kept, std::string_view promise)
{
    if (!kept) {
        throw Broken(std::string(promise));
    }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace bytestore::fuzz

// The entry of each target. The replay, which has all of them in one program, renames it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
