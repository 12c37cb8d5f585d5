// Takes a short text apart from its front. What does not fit leaves the cursor where it was.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>

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
    std::string_view rest_;
};

}  // namespace bytestore::format
