// Base64 by vectors: each of these takes as much from the start of what it is given as it can, in whole groups, and
// returns how much that was; 0 on a processor without these vectors.
#pragma once

#include "engine/format/x86_vectors.h"

#include <cstddef>
#include <string_view>

namespace bytestore::format {

#ifdef BYTESTORE_X86_VECTORS

// Writes as many characters as stand for the bytes that it took.
std::size_t encode_by_avx512(std::string_view bytes, char* out);
std::size_t encode_by_avx2(std::string_view bytes, char* out);

// Stops before what may be padded, and before a character that stands for nothing. What it writes behind the bytes has
// room, and is behind no character that it did not take. `out` may be where `chars` are, or before that.
std::size_t decode_by_avx512(std::string_view chars, char* out);
std::size_t decode_by_avx2(std::string_view chars, char* out);

#else

inline std::size_t encode_by_avx512(std::string_view, char*)
{
    return 0;
}
inline std::size_t encode_by_avx2(std::string_view, char*)
{
    return 0;
}
inline std::size_t decode_by_avx512(std::string_view, char*)
{
    return 0;
}
inline std::size_t decode_by_avx2(std::string_view, char*)
{
    return 0;
}

#endif

}  // namespace bytestore::format
