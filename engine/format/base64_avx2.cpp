#include "engine/format/base64.h"
#include "engine/format/base64_vectors.h"

#ifdef BYTESTORE_X86_VECTORS

// After W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018): eight groups at a
// time, each in 32 bits.
namespace bytestore::format {

namespace {

constexpr std::size_t kChars = 32;
constexpr std::size_t kBytes = 24;

// In each byte: whether it is in a range, as all bits or none.
[[BYTESTORE_AVX2]] __m256i is_above(__m256i bytes, int limit)
{
    return _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(static_cast<char>(limit)));
}

[[BYTESTORE_AVX2]] __m256i is_in(__m256i bytes, char first, char last)
{
    const __m256i below = _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(last + 1)), bytes);
    return _mm256_and_si256(is_above(bytes, first - 1), below);
}

[[BYTESTORE_AVX2]] __m256i offset_where(__m256i where, int offset)
{
    return _mm256_and_si256(where, _mm256_set1_epi8(static_cast<char>(offset)));
}

// Six bits in each byte, to the character that stands for them: the offset of each range is relative to that before.
[[BYTESTORE_AVX2]] __m256i characters_of(__m256i bits)
{
    __m256i chars = _mm256_add_epi8(bits, _mm256_set1_epi8('A'));
    chars = _mm256_add_epi8(chars, offset_where(is_above(bits, 25), 'a' - 26 - 'A'));
    chars = _mm256_add_epi8(chars, offset_where(is_above(bits, 51), '0' - 52 - ('a' - 26)));
    chars = _mm256_add_epi8(chars, offset_where(is_above(bits, 61), '+' - 62 - ('0' - 52)));
    return _mm256_add_epi8(chars, offset_where(is_above(bits, 62), '/' - 63 - ('+' - 62)));
}

// Takes as many groups of `bytes` as it can; how many bytes that were.
[[BYTESTORE_AVX2]] std::size_t encode_all(std::string_view bytes, char* out)
{
    constexpr std::size_t kRead = 28;  // of which the last four are not used
    // The three bytes of each group as a number, the first one highest.
    const __m256i order = _mm256_setr_epi8(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1,  //
                                           2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1);
    std::size_t taken = 0;
    for (; bytes.size() - taken >= kRead; taken += kBytes) {
        const auto* const from = reinterpret_cast<const __m128i*>(bytes.data() + taken);
        const auto* const half = reinterpret_cast<const __m128i*>(bytes.data() + taken + kBytes / 2);
        const __m256i both =
            _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(from)), _mm_loadu_si128(half), 1);
        const __m256i groups = _mm256_shuffle_epi8(both, order);
        const __m256i first = _mm256_and_si256(_mm256_srli_epi32(groups, 18), _mm256_set1_epi32(0x3F));
        const __m256i second = _mm256_and_si256(_mm256_srli_epi32(groups, 4), _mm256_set1_epi32(0x3F00));
        const __m256i third = _mm256_and_si256(_mm256_slli_epi32(groups, 10), _mm256_set1_epi32(0x3F0000));
        const __m256i fourth = _mm256_and_si256(_mm256_slli_epi32(groups, 24), _mm256_set1_epi32(0x3F000000));
        const __m256i bits = _mm256_or_si256(_mm256_or_si256(first, second), _mm256_or_si256(third, fourth));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), characters_of(bits));
        out += kChars;
    }
    return taken;
}

// Characters to the six bits that each stands for; false if one stands for none.
[[BYTESTORE_AVX2]] bool bits_of(__m256i chars, __m256i& bits)
{
    const __m256i upper = is_in(chars, 'A', 'Z');
    const __m256i lower = is_in(chars, 'a', 'z');
    const __m256i digit = is_in(chars, '0', '9');
    const __m256i plus = is_in(chars, '+', '+');
    const __m256i slash = is_in(chars, '/', '/');
    const __m256i letters = _mm256_or_si256(offset_where(upper, -'A'), offset_where(lower, 26 - 'a'));
    const __m256i signs = _mm256_or_si256(offset_where(plus, 62 - '+'), offset_where(slash, 63 - '/'));
    const __m256i offsets = _mm256_or_si256(_mm256_or_si256(letters, signs), offset_where(digit, 52 - '0'));
    bits = _mm256_add_epi8(chars, offsets);
    const __m256i known = _mm256_or_si256(_mm256_or_si256(upper, lower), _mm256_or_si256(plus, slash));
    return _mm256_movemask_epi8(_mm256_or_si256(known, digit)) == -1;
}

// Takes as many groups of `chars` as it can, and none of what may be padded; how many characters that were.
[[BYTESTORE_AVX2]] std::size_t decode_all(std::string_view chars, char* out)
{
    constexpr std::size_t kLeft = kChars + 16;  // so that the eight bytes that are written too many are overwritten
    const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,  //
                                           2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i together = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
    std::size_t taken = 0;
    for (; chars.size() - taken >= kLeft; taken += kChars) {
        __m256i bits;
        if (!bits_of(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(chars.data() + taken)), bits)) {
            break;
        }
        const __m256i twelve = _mm256_maddubs_epi16(bits, _mm256_set1_epi16(0x0140));  // 64 times one and the next
        const __m256i all = _mm256_madd_epi16(twelve, _mm256_set1_epi32(0x00011000));  // 4096 times one and the next
        const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(all, order), together);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
        out += kBytes;
    }
    return taken;
}

}  // namespace

std::size_t encode_by_avx2(std::string_view bytes, char* out)
{
    return has_avx2() ? encode_all(bytes, out) : 0;
}

std::size_t decode_by_avx2(std::string_view chars, char* out)
{
    return has_avx2() ? decode_all(chars, out) : 0;
}

}  // namespace bytestore::format

#endif
