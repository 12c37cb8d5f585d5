// Finds where JSON string text stops to be plain. This is the inner loop of replay: sixteen bytes at a time where there
// is SSE2, else eight.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace bytestore::format {

// The letter of each byte's escape: 'u' for \u00xx, 0 for a byte that stands as it is.
inline constexpr std::array<char, 256> kEscapeLetters = [] {
    std::array<char, 256> letters{};
    for (std::size_t control = 0; control < 0x20; ++control) {
        letters[control] = 'u';
    }
    letters['\b'] = 'b';
    letters['\t'] = 't';
    letters['\n'] = 'n';
    letters['\f'] = 'f';
    letters['\r'] = 'r';
    letters['"'] = '"';
    letters['\\'] = '\\';
    return letters;
}();

struct Run {
    std::size_t length = 0;
    bool ascii = true;
};

// The longest start of `text` that holds no byte with an escape, from `run` on, which is known to be the start of one.
inline Run plain_run_by_words(std::string_view text, Run run = {})
{
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighs = kOnes * 0x80;
    for (std::uint64_t word = 0; run.length + sizeof(word) <= text.size(); run.length += sizeof(word)) {
        std::memcpy(&word, text.data() + run.length, sizeof(word));
        if constexpr (std::endian::native == std::endian::big) {
            word = std::byteswap(word);
        }
        const std::uint64_t quote = word ^ (kOnes * '"');
        const std::uint64_t backslash = word ^ (kOnes * '\\');
        // The high bit of a byte is set where it needs an escape; exact up to the first such byte, which is all that is
        // used.
        const std::uint64_t hits =
            (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) | ((word - kOnes * 0x20) & ~word)) &
            kHighs;
        const std::uint64_t before = hits == 0 ? kHighs : (hits - 1) & ~hits & kHighs;
        run.ascii = run.ascii && (word & before) == 0;
        if (hits != 0) {
            run.length += static_cast<std::size_t>(std::countr_zero(hits)) / 8;
            return run;
        }
    }
    for (; run.length < text.size(); ++run.length) {
        const auto byte = static_cast<unsigned char>(text[run.length]);
        if (kEscapeLetters[byte] != 0) {
            break;
        }
        run.ascii = run.ascii && byte < 0x80;
    }
    return run;
}

#ifdef __SSE2__
// One bit for each byte that has an escape.
inline unsigned escapes_in(__m128i bytes)
{
    const auto is = [&](char letter) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(letter)); };
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(is('"'), is('\\')))));
}
#endif

inline Run plain_run(std::string_view text)
{
    Run run;
#ifdef __SSE2__
    for (; run.length + sizeof(__m128i) <= text.size(); run.length += sizeof(__m128i)) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + run.length));
        const auto hits = escapes_in(bytes);
        const unsigned before = hits == 0 ? ~0U : (hits - 1) & ~hits;
        run.ascii = run.ascii && (static_cast<unsigned>(_mm_movemask_epi8(bytes)) & before) == 0;
        if (hits != 0) {
            run.length += static_cast<std::size_t>(std::countr_zero(hits));
            return run;
        }
    }
#endif
    return plain_run_by_words(text, run);
}

}  // namespace bytestore::format
