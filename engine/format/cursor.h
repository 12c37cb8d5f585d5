// Takes a short text apart from its front. What does not fit leaves the cursor where it was.
#pragma once

#include <bit>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace bytestore::format {

class Cursor {
public:
    explicit Cursor(std::string_view text)
        : rest_(text)
    {
    }

    std::string_view rest() const { return rest_; }
    bool done() const { return rest_.empty(); }
    void advance(std::size_t size) { rest_.remove_prefix(size); }

    bool skip(std::string_view literal)
    {
        if (!rest_.starts_with(literal)) {
            return false;
        }
        advance(literal.size());
        return true;
    }

    // A decimal as we write it: no needless zero, no minus before zero, no more than N holds.
    template <std::integral N>
    bool number(N& out)
    {
        if constexpr (sizeof(N) == sizeof(std::uint64_t)) {
            if (long_number(out)) {
                return true;
            }
        }
        const std::size_t sign = rest_.starts_with('-') ? 1 : 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
        const auto size = static_cast<std::size_t>(end - rest_.data());
        const bool zero_first = rest_.substr(sign).starts_with('0');
        if (error != std::errc{} || (zero_first && size > 1)) {
            return false;
        }
        advance(size);
        return true;
    }

private:
    static constexpr std::size_t kEight = 8;

    // Eight digits at once, of at least eight bytes; false if one of the first eight is none.
    static bool eight_digits(std::string_view digits, std::uint64_t& out)
    {
        std::uint64_t text = 0;
        std::memcpy(&text, digits.data(), sizeof(text));
        if constexpr (std::endian::native == std::endian::big) {
            text = std::byteswap(text);
        }
        constexpr std::uint64_t kZeros = 0x3030303030303030;
        constexpr std::uint64_t kHighs = 0xF0F0F0F0F0F0F0F0;
        if (((text & kHighs) ^ kZeros) != 0 || (((text + 0x0606060606060606) & kHighs) ^ kZeros) != 0) {
            return false;
        }
        text -= kZeros;
        text = (text & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
        text = (text & 0x00FF00FF00FF00FF) * 6553601 >> 16;
        out = (text & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;
        return true;
    }

    // A time stamp, as a rule: sixteen to nineteen digits, which no 64 bits are too few for but those of a sign. False,
    // and nothing done, for anything else.
    template <std::integral N>
    bool long_number(N& out)
    {
        constexpr std::size_t kMostDigits = 19;
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        if (rest_.size() < 2 * kEight || rest_.front() == '0' || !eight_digits(rest_, high) ||
            !eight_digits(rest_.substr(kEight), low)) {
            return false;
        }
        std::uint64_t number = high * 100'000'000 + low;
        std::size_t size = 2 * kEight;
        for (; size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9'; ++size) {
            if (size == kMostDigits) {
                return false;
            }
            number = number * 10 + static_cast<std::uint64_t>(rest_[size] - '0');
        }
        if (!std::in_range<N>(number)) {
            return false;
        }
        out = static_cast<N>(number);
        advance(size);
        return true;
    }

    std::string_view rest_;
};

}  // namespace bytestore::format
