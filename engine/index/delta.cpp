#include "engine/index/delta.h"

#include "engine/index/entry_codec.h"
#include "engine/index/make_room.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace bytestore {
namespace {

// Less garbage than this is not worth an allocation.
constexpr std::size_t kLeastGarbage = 1024;

// So many are looked at one by one.
constexpr std::size_t kFew = 32;

constexpr std::size_t kSpare = 8;  // an eighth of the room is for what comes next

// A record: varint length of the key, the key, the entry with its mtime relative to 0.
std::string_view take_key(const char*& at)
{
    const std::uint64_t length = get_varint(at);
    const std::string_view key(at, length);
    at += length;
    return key;
}

std::size_t record_bytes(const char* const record)
{
    const char* at = record;
    take_key(at);
    decode_entry(at, 0);
    return static_cast<std::size_t>(at - record);
}

}  // namespace

std::size_t IndexDelta::memory_bytes() const
{
    return records_.capacity() + starts_.capacity() * sizeof(std::size_t) + hashes_.capacity() * sizeof(IndexHash) +
           seen_.memory_bytes();
}

std::size_t IndexDelta::lower_bound(std::string_view key) const
{
    const auto key_of = [this](std::size_t start) {
        const char* at = records_.data() + start;
        return take_key(at);
    };
    return static_cast<std::size_t>(std::ranges::lower_bound(starts_, key, std::less<>{}, key_of) - starts_.begin());
}

std::optional<std::size_t> IndexDelta::find(std::string_view key, IndexHash hash) const
{
    if (!seen_.may_have(hash)) {
        return std::nullopt;
    }
    for (std::size_t position = find_hash(0, hash); position < hashes_.size();
         position = find_hash(position + 1, hash)) {
        if (this->key(position) == key) {
            return position;
        }
    }
    return std::nullopt;
}

// A run without it is passed by in one.
std::size_t IndexDelta::find_hash(std::size_t from, IndexHash hash) const
{
    constexpr std::size_t kRun = 16;
    const auto is_in = [&](std::size_t begin) {
        const IndexHash* const run = hashes_.data() + begin;
        IndexHash equal = 0;
        for (std::size_t i = 0; i < kRun; ++i) {
            equal |= run[i] == hash ? ~IndexHash{0} : 0;  // of this form for the vector unit
        }
        return equal != 0;
    };
    while (from + kRun <= hashes_.size() && !is_in(from)) {
        from += kRun;
    }
    const auto begin = hashes_.begin();
    return static_cast<std::size_t>(std::find(begin + static_cast<std::ptrdiff_t>(from), hashes_.end(), hash) - begin);
}

std::string_view IndexDelta::key(std::size_t position) const
{
    const char* at = records_.data() + starts_[position];
    return take_key(at);
}

Entry IndexDelta::entry(std::size_t position) const
{
    const char* at = records_.data() + starts_[position];
    take_key(at);
    return decode_entry(at, 0);
}

std::size_t IndexDelta::insert(std::string_view key, IndexHash hash, const Entry& entry)
{
    make_room(starts_, 1, kSpare);
    make_room(hashes_, 1, kSpare);
    note_hash(hash);
    groups_.add(key);
    const std::size_t position = lower_bound(key);
    const std::size_t start = append(key, entry);
    const auto before = static_cast<std::ptrdiff_t>(position);
    starts_.insert(starts_.begin() + before, start);
    hashes_.insert(hashes_.begin() + before, hash);
    return position;
}

void IndexDelta::note_hash(IndexHash hash)
{
    if (!seen_.add(hash) && hashes_.size() >= kFew) {
        seen_ = HashFilter(hashes_, 2 * hashes_.size());
        seen_.add(hash);
    }
}

// In its place if it takes up as much.
void IndexDelta::replace(std::size_t position, const Entry& entry)
{
    const char* at = records_.data() + starts_[position];
    const std::string name(take_key(at));  // a copy: the records move when they grow
    const auto place = at - records_.data();
    decode_entry(at, 0);
    std::array<char, kMaxEntryBytes> packed;
    char* const packed_end = encode_entry(packed.data(), entry, 0);
    if (packed_end - packed.data() == at - records_.data() - place) {
        std::copy(packed.data(), packed_end, records_.begin() + place);
        return;
    }
    const std::size_t start = append(name, entry);
    used_ -= record_bytes(records_.data() + starts_[position]);
    starts_[position] = start;
}

void IndexDelta::erase(std::size_t position) noexcept
{
    used_ -= record_bytes(records_.data() + starts_[position]);
    starts_.erase(starts_.begin() + static_cast<std::ptrdiff_t>(position));
    hashes_.erase(hashes_.begin() + static_cast<std::ptrdiff_t>(position));
    if (starts_.empty()) {
        IndexDelta empty;
        std::swap(*this, empty);  // an assignment would keep the room
    }
}

std::size_t IndexDelta::append(std::string_view key, const Entry& entry)
{
    if (records_.size() > 2 * used_ + kLeastGarbage) {
        drop_garbage();
    }
    make_room(records_, kMaxVarintBytes + key.size() + kMaxEntryBytes, kSpare);
    const std::size_t start = records_.size();
    append_entry(records_, {key.size()}, key, entry, 0);
    used_ += records_.size() - start;
    return start;
}

// The records as they are now, in the order of their keys.
void IndexDelta::drop_garbage()
{
    std::string kept;
    kept.reserve(used_);
    std::vector<std::size_t> starts;
    starts.reserve(starts_.size());
    for (const std::size_t start : starts_) {
        starts.push_back(kept.size());
        kept.append(records_, start, record_bytes(records_.data() + start));
    }
    records_ = std::move(kept);
    starts_ = std::move(starts);
}

}  // namespace bytestore
