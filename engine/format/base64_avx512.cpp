#include "engine/format/base64.h"
#include "engine/format/base64_vectors.h"

#include <array>
#include <cstdint>

#ifdef BYTESTORE_X86_VECTORS

// After W. Mula and D. Lemire, "Base64 Encoding and Decoding at Almost the Speed of a Memory Copy" (2019): sixteen
// groups at a time, with the byte permutations of AVX-512 VBMI as tables.
namespace bytestore::format {

namespace {

constexpr std::size_t kWideChars = 64;
constexpr std::size_t kWideBytes = 48;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoBits = 0x80;  // of a character that stands for none

// What each ASCII character stands for.
constexpr auto kBits = [] {
    std::array<std::uint8_t, 128> bits{};
    bits.fill(kNoBits);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
        bits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return bits;
}();

// Of each group the bytes 1, 0, 2, 1, so that each six bits lie in a row.
constexpr auto kSpread = [] {
    std::array<std::uint8_t, kWideChars> places{};
    for (std::size_t group = 0; group < kWideChars / kBase64Chars; ++group) {
        const auto first = group * kBase64Bytes;
        auto* const place = places.data() + group * kBase64Chars;
        place[0] = place[3] = static_cast<std::uint8_t>(first + 1);
        place[1] = static_cast<std::uint8_t>(first);
        place[2] = static_cast<std::uint8_t>(first + 2);
    }
    return places;
}();

// Of each group, which is a number of 24 bits in 32, the bytes from the highest on.
constexpr auto kGather = [] {
    std::array<std::uint8_t, kWideChars> places{};
    for (std::size_t i = 0; i < kWideBytes; ++i) {
        places[i] = static_cast<std::uint8_t>(i / kBase64Bytes * kBase64Chars + 2 - i % kBase64Bytes);
    }
    return places;
}();

[[BYTESTORE_AVX512]] __m512i load_wide(const void* bytes)
{
    return _mm512_loadu_si512(bytes);
}

[[BYTESTORE_AVX512]] std::size_t encode_wide(std::string_view bytes, char* out)
{
    const __m512i spread = load_wide(kSpread.data());
    const __m512i alphabet = load_wide(kAlphabet.data());
    const __m512i shifts = _mm512_set1_epi64(0x3036242A1016040A);  // to where each six bits begin, in two groups
    std::size_t taken = 0;
    for (; bytes.size() - taken >= kWideChars; taken += kWideBytes) {  // more are read than taken
        const __m512i groups = _mm512_permutexvar_epi8(spread, load_wide(bytes.data() + taken));
        const __m512i bits = _mm512_multishift_epi64_epi8(shifts, groups);
        _mm512_storeu_si512(out, _mm512_permutexvar_epi8(bits, alphabet));  // by their lowest six
        out += kWideChars;
    }
    return taken;
}

[[BYTESTORE_AVX512]] std::size_t decode_wide(std::string_view chars, char* out)
{
    constexpr std::size_t kLeft =
        kWideChars + 32;  // so that the sixteen bytes that are written too many are overwritten
    const __m512i low = load_wide(kBits.data());
    const __m512i high = load_wide(kBits.data() + kWideChars);
    const __m512i gather = load_wide(kGather.data());
    std::size_t taken = 0;
    for (; chars.size() - taken >= kLeft; taken += kWideChars) {
        const __m512i text = load_wide(chars.data() + taken);
        const __m512i bits = _mm512_permutex2var_epi8(low, text, high);
        if (_mm512_movepi8_mask(_mm512_or_si512(bits, text)) != 0) {
            break;
        }
        const __m512i twelve = _mm512_maddubs_epi16(bits, _mm512_set1_epi16(0x0140));  // 64 times one and the next
        const __m512i all = _mm512_madd_epi16(twelve, _mm512_set1_epi32(0x00011000));  // 4096 times one and the next
        _mm512_storeu_si512(out, _mm512_permutexvar_epi8(gather, all));
        out += kWideBytes;
    }
    return taken;
}

}  // namespace

std::size_t encode_by_avx512(std::string_view bytes, char* out)
{
    return has_avx512() ? encode_wide(bytes, out) : 0;
}

std::size_t decode_by_avx512(std::string_view chars, char* out)
{
    return has_avx512() ? decode_wide(chars, out) : 0;
}

}  // namespace bytestore::format

#endif
