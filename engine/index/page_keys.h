// The first key of each page of a base, so that a search brings in one page and no other.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class PageKeys {
public:
    void add(std::string_view key)
    {
        text_.append(key);
        ends_.push_back(text_.size());
    }
    std::size_t size() const { return ends_.size(); }
    std::string_view operator[](std::size_t page) const
    {
        const std::uint64_t begin = page == 0 ? 0 : ends_[page - 1];
        return std::string_view(text_).substr(begin, ends_[page] - begin);
    }
    std::size_t memory_bytes() const { return text_.capacity() + ends_.capacity() * sizeof(std::uint64_t); }

private:
    std::string text_;
    std::vector<std::uint64_t> ends_;
};

}  // namespace bytestore
