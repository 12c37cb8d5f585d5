// Escapes by wide vectors: each of these takes as much from the start of `text` as it can, and removes it there;
// nothing on a processor without AVX-512 VBMI2.
#pragma once

#include "engine/format/x86_vectors.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bytestore::format {

inline constexpr std::size_t kWideSlack = 64;  // bytes that are written too many, at most

#ifdef BYTESTORE_X86_VECTORS

// Writes it escaped to `to`, where there is room for the longest escapes and the slack; returns the end.
char* put_escaped_by_avx512(char* to, std::string_view& text);
// Undoes its escapes, of which it writes no more bytes than it takes, and the slack; returns the end. Stops before one
// that is long, cut or none.
char* put_unescaped_by_avx512(char* to, std::string_view& text);
// How long it is escaped.
std::uint64_t escaped_size_by_avx512(std::string_view& text);

#else

inline char* put_escaped_by_avx512(char* to, std::string_view&)
{
    return to;
}
inline char* put_unescaped_by_avx512(char* to, std::string_view&)
{
    return to;
}
inline std::uint64_t escaped_size_by_avx512(std::string_view&)
{
    return 0;
}

#endif

}  // namespace bytestore::format
