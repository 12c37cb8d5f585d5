#include "engine/format/json_text.h"

#include "engine/format/hex_digits.h"
#include "engine/format/json_text_vectors.h"

#include <algorithm>
#include <array>
#include <bit>

namespace bytestore::format {

namespace {

constexpr std::string_view kLongEscape = "\\u00";

char letter_of(char byte)
{
    return kEscapeLetters[static_cast<unsigned char>(byte)];
}

// Each returns the end of what it wrote.
char* put_escape(char* to, char byte)
{
    const char letter = letter_of(byte);
    if (letter != 'u') {
        *to++ = '\\';
        *to++ = letter;
        return to;
    }
    const auto code = static_cast<unsigned char>(byte);
    to = std::ranges::copy(kLongEscape, to).out;
    *to++ = kHexDigits[code >> 4];
    *to++ = kHexDigits[code & 0xF];
    return to;
}

// There is room for a vector behind the longest escapes.
constexpr std::size_t kVector = 16;
static_assert(kVector <= kWideSlack);
char* put_escaped(char* to, std::string_view text)
{
#ifdef __SSE2__
    while (text.size() >= kVector) {
        to = put_escaped_by_avx512(to, text);
        if (text.size() < kVector) {
            break;
        }
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
        const auto escapes = escapes_in(bytes);
        if (escapes == 0) {
            to += kVector;
            text.remove_prefix(kVector);
            continue;
        }
        const auto plain = static_cast<std::size_t>(std::countr_zero(escapes));
        to = put_escape(to + plain, text[plain]);
        text.remove_prefix(plain + 1);
    }
#endif
    for (const char byte : text) {
        if (letter_of(byte) != 0) {
            to = put_escape(to, byte);
        } else {
            *to++ = byte;
        }
    }
    return to;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text)
{
    constexpr std::size_t kSlice = 4096;  // so that room for the longest escapes is no waste
    if (plain_run(text).length == text.size()) {
        out += text;
        return;
    }
    while (!text.empty()) {
        const auto slice = text.substr(0, kSlice);
        const auto before = out.size();
        out.resize_and_overwrite(before + slice.size() * kLongestEscape + kWideSlack, [&](char* bytes, std::size_t) {
            return static_cast<std::size_t>(put_escaped(bytes + before, slice) - bytes);
        });
        text.remove_prefix(slice.size());
    }
}

namespace {

// Without a branch: binary values have an escape every few bytes.
std::uint64_t escaped_size_by_bytes(std::string_view text)
{
    std::uint64_t size = text.size();
    for (const char byte : text) {
        size += kEscapeGrowth[static_cast<unsigned char>(byte)];
    }
    return size;
}

#ifdef __SSE2__
// How much longer each byte becomes. Of the controls those from \b to \r have letters, but \v.
__m128i growth(__m128i bytes)
{
    const auto is = [&](char letter) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(letter)); };
    const auto up_to = [](__m128i value, char last) {
        return _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(last)), value);
    };
    const __m128i lettered = up_to(_mm_sub_epi8(bytes, _mm_set1_epi8('\b')), '\r' - '\b');
    const __m128i longs = _mm_or_si128(_mm_andnot_si128(lettered, up_to(bytes, 0x1F)), is('\v'));
    const __m128i shorts = _mm_or_si128(_mm_or_si128(is('"'), is('\\')), _mm_andnot_si128(is('\v'), lettered));
    return _mm_or_si128(_mm_and_si128(longs, _mm_set1_epi8(kLongestEscape - 1)),
                        _mm_and_si128(shorts, _mm_set1_epi8(kShortEscape - 1)));
}
#endif

}  // namespace

std::uint64_t escaped_size(std::string_view text)
{
    auto size = escaped_size_by_avx512(text);
#ifdef __SSE2__
    __m128i sums = _mm_setzero_si128();
    for (; text.size() >= sizeof(__m128i); text.remove_prefix(sizeof(__m128i))) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
        sums = _mm_add_epi64(sums, _mm_sad_epu8(growth(bytes), _mm_setzero_si128()));
        size += sizeof(__m128i);
    }
    std::array<std::uint64_t, 2> halves{};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(halves.data()), sums);
    size += halves[0] + halves[1];
#endif
    return size + escaped_size_by_bytes(text);
}

Escape read_long_escape(std::string_view text)
{
    if (text.size() < kLongestEscape) {
        return {text.size() < kShortEscape || text[1] == 'u' ? Match::cut : Match::no};
    }
    const std::size_t high = kHexDigits.find(text[4]);
    const std::size_t low = kHexDigits.find(text[5]);
    if (!text.starts_with(kLongEscape) || high == std::string_view::npos || low == std::string_view::npos) {
        return {};
    }
    const char byte = static_cast<char>(high << 4 | low);
    return letter_of(byte) == 'u' ? Escape{Match::yes, kLongestEscape, byte} : Escape{};
}

}  // namespace bytestore::format
