#include "engine/index/paged_bytes.h"

#include "engine/index/make_room.h"

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace bytestore {

struct PagedBytes::Pages {
    Pages(std::size_t bytes, std::size_t pages, Fetch source)
        : size(bytes),
          memory(std::make_unique_for_overwrite<char[]>(bytes)),
          there(pages),
          missing(pages),
          fetch(std::move(source))
    {
    }

    const std::size_t size;
    const std::unique_ptr<char[]> memory;
    std::vector<std::atomic<bool>> there;
    std::atomic<std::size_t> missing;
    std::atomic<bool> broken = false;
    std::mutex mutex;
    Fetch fetch;  // guarded by mutex; none once nothing is missing, so that it keeps no file open
};

PagedBytes::PagedBytes() noexcept = default;
PagedBytes::~PagedBytes() = default;
PagedBytes::PagedBytes(PagedBytes&&) noexcept = default;
PagedBytes& PagedBytes::operator=(PagedBytes&&) noexcept = default;

PagedBytes::PagedBytes(std::string bytes) noexcept
    : owned_(std::move(bytes))
{
}

PagedBytes::PagedBytes(std::size_t size, std::size_t pages, Fetch fetch)
    : pages_(std::make_unique<Pages>(size, pages, std::move(fetch)))
{
}

bool PagedBytes::fetch_page(std::size_t page) const
{
    if (pages_->there[page].load(std::memory_order_acquire)) {
        return true;
    }
    const std::lock_guard lock(pages_->mutex);
    if (pages_->there[page]) {
        return true;
    }
    if (pages_->broken || !pages_->fetch(page, pages_->memory.get())) {
        pages_->broken = true;
        return false;
    }
    pages_->there[page].store(true, std::memory_order_release);
    if (--pages_->missing == 0) {
        pages_->fetch = nullptr;
    }
    return true;
}

bool PagedBytes::fetch_all() const
{
    for (std::size_t page = 0; pages_ && page < pages_->there.size(); ++page) {
        if (!fetch_page(page)) {
            return false;
        }
    }
    return true;
}

bool PagedBytes::intact() const
{
    return !pages_ || !pages_->broken;
}

bool PagedBytes::all_there() const
{
    return !pages_ || pages_->missing == 0;
}

std::string_view PagedBytes::view() const
{
    return pages_ ? std::string_view(pages_->memory.get(), pages_->size) : owned_;
}

void PagedBytes::replace(std::size_t at, std::size_t size, std::string_view bytes)
{
    constexpr std::size_t kSpare = 32;
    if (bytes.size() > size) {
        make_room(owned_, bytes.size() - size, kSpare);
    }
    owned_.replace(at, size, bytes);
}

std::size_t PagedBytes::memory_bytes() const
{
    if (!pages_) {
        return owned_.capacity();
    }
    const std::size_t pages = pages_->there.size();
    const std::size_t touched = pages - pages_->missing;
    return pages == 0 ? 0 : pages_->size / pages * touched + pages_->size % pages * touched / pages + pages;
}

}  // namespace bytestore
