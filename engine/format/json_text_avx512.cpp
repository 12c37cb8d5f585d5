#include "engine/format/json_text.h"
#include "engine/format/json_text_vectors.h"

#include <array>
#include <bit>
#include <numeric>

#ifdef BYTESTORE_X86_VECTORS

namespace bytestore::format {

namespace {

constexpr std::uint64_t kEven = 0x5555555555555555;  // places

[[BYTESTORE_AVX512]] std::uint64_t size_of_all(std::string_view& text)
{
    constexpr std::size_t kWidth = sizeof(__m512i);
    // No byte beyond ASCII has an escape.
    const __m512i low = _mm512_loadu_si512(kEscapeGrowth.data());
    const __m512i high = _mm512_loadu_si512(kEscapeGrowth.data() + kWidth);
    __m512i sums = _mm512_setzero_si512();
    std::size_t taken = 0;
    for (; text.size() - taken >= kWidth; taken += kWidth) {
        const __m512i bytes = _mm512_loadu_si512(text.data() + taken);
        const auto ascii = ~_mm512_movepi8_mask(bytes);
        const __m512i growth = _mm512_maskz_permutex2var_epi8(ascii, low, bytes, high);
        sums = _mm512_add_epi64(sums, _mm512_sad_epu8(growth, _mm512_setzero_si512()));
    }
    text.remove_prefix(taken);
    std::array<std::uint64_t, sizeof sums / sizeof(std::uint64_t)> parts{};
    _mm512_storeu_si512(parts.data(), sums);
    return std::accumulate(parts.begin(), parts.end(), std::uint64_t{taken});
}

// Each byte becomes two, a backslash and the letter of its escape or the byte and nothing, and then that nothing is
// pressed out. Stops before a long escape.
[[BYTESTORE_AVX512]] char* put_all(char* to, std::string_view& text)
{
    constexpr std::size_t kWidth = sizeof(__m256i);
    const __m256i letters_of = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kEscapeLetters.data()));
    std::size_t taken = 0;
    for (; text.size() - taken >= kWidth; taken += kWidth) {
        const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + taken));
        const auto controls = _mm256_cmplt_epu8_mask(bytes, _mm256_set1_epi8(0x20));
        const auto escaped = controls | _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('"')) |
                             _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('\\'));
        const __m256i letters = _mm256_mask_permutexvar_epi8(bytes, controls, bytes, letters_of);
        if (_mm256_mask_cmpeq_epi8_mask(controls, letters, _mm256_set1_epi8('u')) != 0) {
            break;
        }
        const __m256i firsts = _mm256_mask_mov_epi8(bytes, escaped, _mm256_set1_epi8('\\'));
        const __m512i seconds = _mm512_slli_epi16(_mm512_cvtepu8_epi16(letters), 8);
        const __m512i both = _mm512_or_si512(_mm512_cvtepu8_epi16(firsts), seconds);
        const auto kept = kEven | _pdep_u64(escaped, ~kEven);
        _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(kept, both));
        to += kWidth + static_cast<std::size_t>(std::popcount(escaped));
    }
    text.remove_prefix(taken);
    return to;
}

// One bit for each backslash that begins an escape: in a row of them every other one. The sum carries each row that
// starts at an even place away, after G. Langdale and D. Lemire, "Parsing Gigabytes of JSON per Second" (2019); without
// a branch, for their number is not to be guessed.
std::uint64_t begins_of(std::uint64_t backslashes)
{
    const auto starts = backslashes & ~(backslashes << 1);
    const auto sum = backslashes + (starts & kEven);
    return (backslashes & ~sum & kEven) | (backslashes & sum & ~kEven);
}

// The letter of each escape becomes what it stands for, and its backslash is pressed out. A backslash that comes last
// is gone before its letter is seen, so that no load waits for how the last one ended.
[[BYTESTORE_AVX512]] char* undo_all(char* to, std::string_view& text)
{
    constexpr std::size_t kWidth = sizeof(__m512i);
    const __m512i low = _mm512_loadu_si512(kShortEscapes.data());
    const __m512i high = _mm512_loadu_si512(kShortEscapes.data() + kWidth);
    std::uint64_t begun = 0;  // 1 after such a backslash
    std::size_t taken = 0;
    for (; text.size() - taken >= kWidth; taken += kWidth) {
        const __m512i bytes = _mm512_loadu_si512(text.data() + taken);
        // NOLINTNEXTLINE(misc-const-correctness): as far as the compiler knows the assembler changes it
        std::uint64_t backslashes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\'));
        __asm__("" : "+r"(backslashes));  // else g++ 12 goes on in mask registers, where each step takes four cycles
        const auto begins = begins_of(backslashes & ~begun);
        const auto letters = begins << 1 | begun;
        const __m512i meant = _mm512_maskz_permutex2var_epi8(letters, low, bytes, high);
        if ((_mm512_test_epi8_mask(meant, meant) ^ letters) != 0 || (_mm512_movepi8_mask(bytes) & letters) != 0) {
            break;
        }
        _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(~begins, _mm512_mask_mov_epi8(bytes, letters, meant)));
        to += std::popcount(~begins);
        begun = begins >> (kWidth - 1);
    }
    text.remove_prefix(taken - static_cast<std::size_t>(begun));
    return to;
}

}  // namespace

char* put_unescaped_by_avx512(char* to, std::string_view& text)
{
    return has_avx512() ? undo_all(to, text) : to;
}

char* put_escaped_by_avx512(char* to, std::string_view& text)
{
    return has_avx512() ? put_all(to, text) : to;
}

std::uint64_t escaped_size_by_avx512(std::string_view& text)
{
    return has_avx512() ? size_of_all(text) : 0;
}

}  // namespace bytestore::format

#endif
