#include "engine/index/index_base.h"

#include "engine/index/entry_codec.h"
#include "engine/index/shared_bytes.h"

#include <algorithm>
#include <array>
#include <functional>
#include <ranges>
#include <utility>

namespace bytestore {

namespace {

// The key of an entry that shares nothing with the one before it.
std::string_view whole_key(const char* at)
{
    get_varint(at);
    const std::uint64_t length = get_varint(at);
    return {at, length};
}

}  // namespace

IndexBase::IndexBase(std::size_t size, Starts block_starts, PagedBytes bytes, std::shared_ptr<const PageKeys> page_keys)
    : bytes_(std::move(bytes)), block_starts_(std::move(block_starts)), page_keys_(std::move(page_keys)), size_(size)
{
}

std::string_view IndexBase::first_key(std::size_t block) const
{
    return fetch(block) ? whole_key(bytes_.view().data() + (*block_starts_)[block]) : std::string_view();
}

std::uint64_t IndexBase::end_of(std::size_t block) const
{
    return block + 1 < block_starts_->size() ? (*block_starts_)[block + 1] : bytes_.view().size();
}

std::string_view IndexBase::page_key(std::size_t page) const
{
    return page_keys_ ? (*page_keys_)[page] : first_key(page * kPageBlocks);
}

PageKeys IndexBase::page_keys() const
{
    PageKeys keys;
    for (std::size_t page = 0; page < pages_of(size_); ++page) {
        keys.add(page_key(page));
    }
    return keys;
}

std::size_t IndexBase::block_of(std::string_view key) const
{
    // The last of [begin, end) whose key is not above; the first one if there is none.
    const auto last_not_above = [&](std::size_t begin, std::size_t end, const auto& key_of) {
        const auto range = std::views::iota(begin, std::max(begin, end));
        const auto above = std::ranges::upper_bound(range, key, std::less<>{}, key_of);
        return above == range.begin() ? begin : *above - 1;
    };
    const auto page = last_not_above(0, pages_of(size_), [this](std::size_t candidate) { return page_key(candidate); });
    const std::size_t first = page * kPageBlocks;
    return last_not_above(first, std::min(first + kPageBlocks, block_starts_->size()),
                          [this](std::size_t block) { return first_key(block); });
}

std::optional<IndexBase::Found> IndexBase::find(std::string_view key, IndexHash hash) const
{
    if (!hints_.places.known()) {
        return size_ == 0 ? std::nullopt : find_in(block_of(key), key);
    }
    std::optional<Found> found;
    hints_.places.search(hash, [&](std::size_t block) {
        found = find_in(block, key);
        return found.has_value();
    });
    return found;
}

// Walks a block without putting its keys together: an entry that shares more with the one before it than that shares
// with `key` is below `key` as well.
std::optional<IndexBase::Landing> IndexBase::land_in(std::size_t block, std::string_view key) const
{
    if (!fetch(block)) {
        return std::nullopt;
    }
    const char* const bytes = bytes_.view().data();
    const char* at = bytes + (*block_starts_)[block];
    const char* const bytes_end = bytes + end_of(block);
    const std::size_t end = std::min((block + 1) * kBlockEntries, size_);
    std::size_t matched = 0;  // first bytes that `key` has in common with the entry before
    std::int64_t mtime = 0;   // of the entry before
    for (std::size_t rank = block * kBlockEntries; rank < end; ++rank) {
        const char* const begin = at;
        const std::uint64_t shared = get_varint(at);
        const std::uint64_t length = get_varint(at);
        const std::string_view own(at, length);
        at += length;
        if (shared <= matched) {
            const auto rest = key.substr(shared);
            const std::size_t common = shared_bytes(own, rest);
            if (own.substr(common) >= rest.substr(common)) {
                const bool equal = common == own.size() && common == rest.size();
                return Landing{rank, equal, shared, begin, own, at, mtime};
            }
            matched = shared + common;
        }
        mtime = skip_entry(at, bytes_end, mtime);
    }
    return std::nullopt;
}

std::optional<IndexBase::Found> IndexBase::find_in(std::size_t block, std::string_view key) const
{
    const auto landing = land_in(block, key);
    if (!landing || !landing->equal) {
        return std::nullopt;
    }
    const char* at = landing->packed;
    const auto packed = static_cast<std::size_t>(at - bytes_.view().data());
    return Found{landing->rank, decode_entry(at, landing->earlier_mtime), packed, landing->earlier_mtime};
}

// The entry behind it, in its block, is packed anew as well if the mtime changes, to which its own is relative.
bool IndexBase::replace(const Found& found, const Entry& entry, bool may_move)
{
    const auto bytes = bytes_.view();
    const auto block = found.rank / kBlockEntries;
    const char* const begin = bytes.data() + found.packed;
    const char* at = begin;
    const auto old_mtime = skip_entry(at, bytes.data() + end_of(block), found.earlier_mtime);
    std::array<char, kMaxEntryBytes> packed;
    const std::string_view own(packed.data(), encode_entry(packed.data(), entry, found.earlier_mtime));
    const bool last_of_block = (found.rank + 1) % kBlockEntries == 0 || found.rank + 1 == size_;
    if (entry.meta.mtime == old_mtime || last_of_block) {
        return replace_bytes(block, {begin, at}, own, may_move);
    }
    const char* const next = at;
    get_varint(at);
    at += get_varint(at);
    std::string fresh;
    fresh.reserve(static_cast<std::size_t>(at - next) + 2 * kMaxEntryBytes);
    fresh.append(own).append(next, at);
    const auto following = decode_entry(at, old_mtime);
    fresh.append(packed.data(), encode_entry(packed.data(), following, entry.meta.mtime));
    return replace_bytes(block, {begin, at}, fresh, may_move);
}

// In a block. What is left over there, behind its entries, serves one that grows later: then only the block is moved.
bool IndexBase::replace_bytes(std::size_t block, std::string_view old, std::string_view fresh, bool may_move)
{
    const auto begin = static_cast<std::size_t>(old.data() - bytes_.view().data());
    if (fresh.size() == old.size()) {
        bytes_.replace(begin, old.size(), fresh);
        return true;
    }
    const auto room = old.size() + (unused_.empty() ? 0 : unused_[block]);
    const bool fits = fresh.size() <= room && room - fresh.size() <= kMostUnused;
    if (!fits && !may_move) {
        return false;
    }
    const std::size_t size = end_of(block) - begin;
    const std::size_t unused = fits ? room - fresh.size() : kSpareInBlock;
    std::string moved;
    moved.reserve(fresh.size() + size - room + unused);
    moved.append(fresh).append(bytes_.view().substr(begin + old.size(), size - room)).append(unused, '\0');
    unused_.resize(block_starts_->size());
    if (!fits && block_starts_.use_count() > 1) {
        block_starts_ = std::make_shared<std::vector<std::uint64_t>>(*block_starts_);
    }
    bytes_.replace(begin, size, moved);
    unused_[block] = static_cast<std::uint8_t>(unused);
    const auto grown = moved.size() - size;  // modulo 2^64
    for (auto behind = fits ? block_starts_->size() : block + 1; behind < block_starts_->size(); ++behind) {
        (*block_starts_)[behind] += grown;
    }
    return true;
}

std::optional<IndexBase::First> IndexBase::first_from(std::string_view prefix) const
{
    if (size_ == 0) {
        return std::nullopt;
    }
    const std::size_t block = block_of(prefix);
    if (const auto landing = land_in(block, prefix)) {
        return First{landing->rank, landing->own.starts_with(prefix.substr(landing->shared))};
    }
    const std::size_t behind = block + 1;
    if (behind == block_starts_->size()) {
        return std::nullopt;
    }
    return First{behind * kBlockEntries, first_key(behind).starts_with(prefix)};
}

void IndexBase::learn_hints()
{
    if (hints_.places.known()) {
        return;
    }
    KeyHints::Collector hints;
    for (Cursor cursor(*this); cursor.valid(); cursor.next()) {
        hints.add(cursor.key());
    }
    hints_ = hints.finish(kBlockEntries);
}

std::vector<IndexBase> IndexBase::split(std::size_t entries) const
{
    const std::size_t step = std::max<std::size_t>(entries / kBlockEntries, 1);
    const std::size_t blocks = block_starts_->size();
    std::vector<IndexBase> slices;
    slices.reserve(blocks / step + 1);
    for (std::size_t first = 0; first < blocks; first += step) {
        slices.push_back(slice(first, std::min(first + step, blocks)));
    }
    return slices;
}

IndexBase IndexBase::slice(std::size_t first_block, std::size_t last_block) const
{
    const auto& all = *block_starts_;
    const std::uint64_t begin = all[first_block];
    const std::uint64_t end = end_of(last_block - 1);
    std::vector<std::uint64_t> starts(all.begin() + static_cast<std::ptrdiff_t>(first_block),
                                      all.begin() + static_cast<std::ptrdiff_t>(last_block));
    std::ranges::for_each(starts, [begin](std::uint64_t& start) { start -= begin; });
    const std::size_t entries = std::min(last_block * kBlockEntries, size_) - first_block * kBlockEntries;
    return {entries, std::make_shared<std::vector<std::uint64_t>>(std::move(starts)),
            PagedBytes(std::string(bytes().substr(begin, end - begin)))};
}

std::size_t IndexBase::memory_bytes() const
{
    return bytes_.memory_bytes() + unused_.capacity() + block_starts_->capacity() * sizeof(std::uint64_t) +
           (page_keys_ ? page_keys_->memory_bytes() : 0) + hints_.memory_bytes();
}

IndexBase::Builder::Builder(std::size_t expected_bytes, bool learn)
    : hints_(learn ? std::optional<KeyHints::Collector>(std::in_place) : std::nullopt)
{
    bytes_.reserve(expected_bytes);
}

void IndexBase::Builder::add(std::string_view key, const Entry& entry)
{
    std::size_t shared = 0;
    if (size_ % kBlockEntries == 0) {
        block_starts_.push_back(bytes_.size());
        last_mtime_ = 0;
    } else {
        shared = shared_bytes(last_key_, key);
    }
    const auto own = key.substr(shared);
    append_entry(bytes_, {shared, own.size()}, own, entry, last_mtime_);
    last_key_.resize(shared);
    last_key_.append(own);
    last_mtime_ = entry.meta.mtime;
    next_rank_ = 0;
    added(key);
}

void IndexBase::Builder::add(const Cursor& cursor)
{
    const auto rank = cursor.rank();
    if (rank == next_rank_ && rank % kBlockEntries != 0 && size_ % kBlockEntries != 0) {
        bytes_.append(cursor.packed());
        last_key_.assign(cursor.key());
        last_mtime_ = cursor.mtime();
        added(cursor.key());
    } else {
        add(cursor.key(), cursor.entry());
    }
    next_rank_ = rank + 1;
}

void IndexBase::Builder::added(std::string_view key)
{
    ++size_;
    if (hints_) {
        hints_->add(key);
    }
}

IndexBase IndexBase::Builder::finish()
{
    bytes_.shrink_to_fit();
    block_starts_.shrink_to_fit();
    IndexBase base(size_, std::make_shared<std::vector<std::uint64_t>>(std::move(block_starts_)),
                   PagedBytes(std::move(bytes_)));
    if (hints_) {
        base.hints_ = hints_->finish(kBlockEntries);
    }
    return base;
}

IndexBase::Cursor::Cursor(const IndexBase& base)
    : base_(&base)
{
    enter(0);
}

IndexBase::Cursor::Cursor(const IndexBase& base, std::string_view key)
    : base_(&base)
{
    seek(key);
}

void IndexBase::Cursor::next()
{
    if (++rank_ % kBlockEntries == 0) {
        enter(rank_ / kBlockEntries);
    } else if (valid()) {
        read();
    }
}

void IndexBase::Cursor::seek(std::string_view key)
{
    const std::size_t block = base_->block_of(key);
    const auto landing = block < base_->block_starts_->size() ? base_->land_in(block, key) : std::nullopt;
    if (!landing) {
        enter(block + 1);
        return;
    }
    rank_ = landing->rank;
    key_.assign(key.substr(0, landing->shared)).append(landing->own);
    begin_ = landing->begin;
    end_ = base_->bytes_.view().data() + base_->end_of(block);
    at_ = landing->packed;
    mtime_ = landing->earlier_mtime;
    skip();
}

void IndexBase::Cursor::skip_to(std::size_t rank)
{
    if (rank >= base_->size_) {
        rank_ = base_->size_;
        return;
    }
    if (rank / kBlockEntries != rank_ / kBlockEntries) {
        enter(rank / kBlockEntries);
    }
    while (rank_ < rank) {
        next();
    }
}

// To the first entry of a block; one behind the last, or one that cannot be had, is the end.
void IndexBase::Cursor::enter(std::size_t block)
{
    rank_ = block * kBlockEntries;
    if (!valid() || !base_->fetch(block)) {
        rank_ = base_->size_;
        return;
    }
    at_ = base_->bytes_.view().data() + (*base_->block_starts_)[block];
    end_ = base_->bytes_.view().data() + base_->end_of(block);
    mtime_ = 0;
    read();
}

void IndexBase::Cursor::read()
{
    begin_ = at_;
    const std::uint64_t shared = get_varint(at_);
    const std::uint64_t own = get_varint(at_);
    key_.resize(shared);
    key_.append(at_, own);
    at_ += own;
    skip();
}

void IndexBase::Cursor::skip()
{
    after_key_ = at_;
    earlier_mtime_ = mtime_;
    mtime_ = skip_entry(at_, end_, mtime_);
}

Entry IndexBase::Cursor::entry() const
{
    const char* at = after_key_;
    return decode_entry(at, earlier_mtime_);
}

Kind IndexBase::Cursor::kind() const
{
    return kind_of_entry(after_key_);
}

}  // namespace bytestore
