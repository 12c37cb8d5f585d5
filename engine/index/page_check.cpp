// Judges bytes that may be anything before a cursor trusts them.
#include "engine/index/entry_codec.h"
#include "engine/index/index_base.h"

namespace bytestore {
namespace {

// What one entry can take up besides its key.
constexpr std::size_t kMaxPlainBytes = 2 * kMaxVarintBytes + kMaxEntryBytes;
static_assert(IndexBase::kPageSlack >= kMaxPlainBytes);

class PageReader {
public:
    PageReader(std::string_view page, const IndexBase::PageShape& shape)
        : at_(page.data()), page_end_(page.data() + page.size()), shape_(shape)
    {
    }

    bool read_block(const char* block_end, std::size_t entries)
    {
        entry_.meta.mtime = 0;
        for (std::size_t i = 0; i < entries; ++i) {
            if (at_ >= block_end || !read_entry(i == 0)) {
                return false;
            }
        }
        return at_ == block_end;
    }

    std::string_view last_key() const { return key_; }

private:
    // Reads at most kMaxPlainBytes behind the page.
    bool read_entry(bool first_of_block)
    {
        const std::uint64_t shared = get_varint(at_);
        const std::uint64_t own = get_varint(at_);
        if (at_ > page_end_ || own > static_cast<std::size_t>(page_end_ - at_) || shared > key_.size() ||
            (first_of_block && shared > 0)) {
            return false;
        }
        const std::string_view rest(at_, own);
        if (started_ ? rest <= std::string_view(key_).substr(shared) : rest != shape_.first) {
            return false;  // not above the key before it
        }
        started_ = true;
        key_.replace(shared, std::string::npos, rest);
        at_ += own;
        if (static_cast<std::uint8_t>(*at_) & ~kEntryFlags) {
            return false;  // decode_entry and skip_entry would not agree on its end
        }
        const char* skipped = at_;
        const auto mtime = skip_entry(skipped, page_end_, entry_.meta.mtime);
        entry_ = decode_entry(at_, entry_.meta.mtime);
        return at_ <= page_end_ && skipped == at_ && mtime == entry_.meta.mtime && shape_.fits(entry_);
    }

    const char* at_;
    const char* const page_end_;
    const IndexBase::PageShape& shape_;
    bool started_ = false;
    std::string key_;
    Entry entry_;
};

}  // namespace

bool IndexBase::is_page(std::string_view page, const PageShape& shape)
{
    const auto& starts = shape.starts;
    PageReader reader(page, shape);
    for (std::size_t block = 0; block < starts.size(); ++block) {
        const bool last = block + 1 == starts.size();
        const std::uint64_t end = last ? page.size() : starts[block + 1] - starts.front();
        const std::size_t entries = last ? shape.entries - block * kBlockEntries : kBlockEntries;
        if (end > page.size() || !reader.read_block(page.data() + end, entries)) {
            return false;
        }
    }
    return !shape.behind || reader.last_key() < *shape.behind;
}

}  // namespace bytestore
