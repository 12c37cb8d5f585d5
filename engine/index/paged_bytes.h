// The bytes of an index's base: all in memory from the start, or brought there page by page on first touch.
//
// Pages are read, not mapped: under a mapping a bad page of the disk, or a file that somebody cuts, is a SIGBUS; here
// it is an answer. Memory of pages that were never touched is reserved, not used.
//
// A page that cannot be had leaves the bytes broken for good: intact() is false from then on, and nothing that was read
// since may be believed.
//
// Thread-safety: const methods may run at the same time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bytestore {

class PagedBytes {
public:
    // Brings a page to its place in the bytes that begin at `bytes`. False if it is not what it should be; then it has
    // written nothing. One call at a time.
    using Fetch = std::function<bool(std::size_t page, char* bytes)>;

    PagedBytes() noexcept;
    explicit PagedBytes(std::string bytes) noexcept;
    PagedBytes(std::size_t size, std::size_t pages, Fetch fetch);
    ~PagedBytes();
    PagedBytes(const PagedBytes&) = delete;
    PagedBytes& operator=(const PagedBytes&) = delete;
    PagedBytes(PagedBytes&&) noexcept;
    PagedBytes& operator=(PagedBytes&&) noexcept;

    // Makes a page readable; false, and no longer intact, if that fails.
    bool fetch(std::size_t page) const { return !pages_ || fetch_page(page); }
    bool fetch_all() const;
    bool intact() const;
    bool all_there() const;
    // Of these only what was touched may be read.
    std::string_view view() const;

    // Whether they can be replaced: they were in memory from the start.
    bool replaceable() const { return !pages_; }
    // Puts `bytes` in the place of `size` bytes at `at`. One that throws has changed nothing.
    void replace(std::size_t at, std::size_t size, std::string_view bytes);

    std::size_t memory_bytes() const;

private:
    struct Pages;
    bool fetch_page(std::size_t page) const;

    std::string owned_;
    std::unique_ptr<Pages> pages_;  // none: all of it is in owned_
};

}  // namespace bytestore
