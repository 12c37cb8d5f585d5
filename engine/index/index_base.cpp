#include "engine/index/index_base.h"

#include "engine/index/entry_codec.h"
#include "engine/index/shared_bytes.h"

#include <algorithm>
#include <array>
#include <functional>
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

std::size_t IndexBase::block_of(std::string_view key) const
{
    const auto first_key = [this](std::uint64_t start) { return whole_key(bytes_.data() + start); };
    const auto above = std::ranges::upper_bound(block_starts_, key, std::less<>{}, first_key);
    return above == block_starts_.begin() ? 0 : static_cast<std::size_t>(above - block_starts_.begin()) - 1;
}

std::optional<IndexBase::Found> IndexBase::find(std::string_view key) const
{
    Cursor cursor(*this);
    cursor.seek(key);
    if (!cursor.valid() || cursor.key() != key) {
        return std::nullopt;
    }
    return Found{cursor.rank(), cursor.entry()};
}

std::size_t IndexBase::memory_bytes() const
{
    return bytes_.capacity() + block_starts_.capacity() * sizeof(std::uint64_t);
}

IndexBase::Builder::Builder(std::size_t expected_bytes)
{
    base_.bytes_.reserve(expected_bytes);
}

void IndexBase::Builder::add(std::string_view key, const Entry& entry)
{
    std::size_t shared = 0;
    if (base_.size_ % kBlockEntries == 0) {
        base_.block_starts_.push_back(base_.bytes_.size());
        last_mtime_ = 0;
    } else {
        shared = shared_bytes(last_key_, key);
    }
    std::array<char, 2 * kMaxVarintBytes + kMaxEntryBytes> packed;
    char* const lengths_end = put_varint(put_varint(packed.data(), shared), key.size() - shared);
    char* const entry_end = encode_entry(lengths_end, entry, last_mtime_);
    base_.bytes_.append(packed.data(), lengths_end).append(key.substr(shared)).append(lengths_end, entry_end);
    last_key_.replace(shared, std::string::npos, key.substr(shared));
    last_mtime_ = entry.meta.mtime;
    ++base_.size_;
}

IndexBase IndexBase::Builder::finish()
{
    base_.bytes_.shrink_to_fit();
    base_.block_starts_.shrink_to_fit();
    return std::move(base_);
}

IndexBase::Cursor::Cursor(const IndexBase& base)
    : base_(&base)
{
    enter(0);
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
    enter(base_->block_of(key));
    while (valid() && key_ < key) {
        next();
    }
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

// To the first entry of a block; one behind the last is the end.
void IndexBase::Cursor::enter(std::size_t block)
{
    rank_ = block * kBlockEntries;
    if (!valid()) {
        rank_ = base_->size_;
        return;
    }
    at_ = base_->bytes_.data() + base_->block_starts_[block];
    entry_.meta.mtime = 0;
    read();
}

void IndexBase::Cursor::read()
{
    const std::uint64_t shared = get_varint(at_);
    const std::uint64_t own = get_varint(at_);
    key_.replace(shared, std::string::npos, at_, own);
    at_ += own;
    entry_ = decode_entry(at_, entry_.meta.mtime);
}

}  // namespace bytestore
