// A part of a string that was read with more around it, which is not moved away.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bytestore {

class Slice {
public:
    Slice() = default;
    explicit Slice(std::string whole)
        : whole_(std::move(whole)), size_(whole_.size())
    {
    }

    std::string_view view() const { return std::string_view(whole_).substr(begin_, size_); }
    // The string that views are of, and no slice any more.
    std::string take() { return std::move(whole_); }
    std::size_t begin() const { return begin_; }

    // `size` bytes of it from `offset` on, or as many as there are.
    void narrow(std::uint64_t offset, std::uint64_t size)
    {
        const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, size_));
        begin_ += begin;
        size_ = static_cast<std::size_t>(std::min<std::uint64_t>(size, size_ - begin));
    }

private:
    std::string whole_;
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
};

}  // namespace bytestore
