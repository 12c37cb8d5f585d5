#include "engine/index/pending_records.h"

#include "engine/index/entry_codec.h"
#include "engine/index/shared_bytes.h"

#include <algorithm>
#include <array>

namespace bytestore {

namespace {

// A head is seven bytes of a key, the first on top, above how many bytes the key has from there on, eight standing for
// more than seven. Heads order as the keys do; where they are equal, the keys either end or go on behind the seven
// bytes.
constexpr std::size_t kHeadBytes = 7;

std::uint64_t head_of(std::string_view key, std::size_t depth)
{
    const std::string_view rest = key.substr(depth);
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < kHeadBytes; ++i) {
        head = head << 8 | (i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U);
    }
    return head << 8 | std::min(rest.size(), kHeadBytes + 1);
}

bool goes_on(std::uint64_t head)
{
    return (head & 0xff) > kHeadBytes;
}

// In the order of keys each record is a cache miss; several at once cost little more than one.
constexpr std::size_t kPrefetch = 8;
constexpr std::size_t kCacheLine = 64;

constexpr std::size_t kFewBytes = std::size_t{1} << 20;

}  // namespace

// A record in the arena: varint length of the key, the key, 0 for a Delete or 1 and the entry for a Set.

void PendingRecords::add(std::string_view key, const std::optional<Entry>& entry)
{
    std::array<char, kMaxVarintBytes> length;
    std::array<char, 1 + kMaxEntryBytes> packed;
    packed[0] = entry ? 1 : 0;
    char* const end = entry ? encode_entry(packed.data() + 1, *entry, 0) : packed.data() + 1;
    make_room();
    sorted_ = sorted_ && (items_.empty() || key_at(items_.back().start) <= key);
    items_.push_back({0, arena_.size()});
    arena_.append(length.data(), put_varint(length.data(), key.size()));
    arena_.append(key).append(packed.data(), end);
}

// Growing by doubling would copy a large arena over and over; one that stays small must not cost a large one's address
// space.
void PendingRecords::make_room()
{
    if (arena_.size() > kFewBytes && arena_.capacity() < expected_bytes_) {
        arena_.reserve(expected_bytes_);
    }
}

// A multikey sort: by a head of a few bytes, which lies in the item and so needs no look at the key, then the runs of
// equal heads by the bytes behind what they share. So each byte of a key is fetched once or twice, instead of once a
// comparison.
void PendingRecords::sort()
{
    if (sorted_) {
        return;
    }
    std::vector<Run> unsorted{{0, items_.size(), 0}};
    while (!unsorted.empty()) {
        const Run run = unsorted.back();
        unsorted.pop_back();
        sort_run(run, unsorted);
    }
    sorted_ = true;
}

void PendingRecords::sort_run(Run run, std::vector<Run>& unsorted)
{
    const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(run.begin);
    const auto end = items_.begin() + static_cast<std::ptrdiff_t>(run.end);
    const std::size_t depth = shared_depth(run);
    std::for_each(begin, end, [&](Item& item) { item.head = head_of(key_at(item.start), depth); });
    std::sort(begin, end);
    for (std::size_t first = run.begin; first < run.end;) {
        const std::uint64_t head = items_[first].head;
        std::size_t last = first + 1;
        while (last < run.end && items_[last].head == head) {
            ++last;
        }
        if (last - first > 1 && goes_on(head)) {
            unsorted.push_back({first, last, depth + kHeadBytes});
        }
        first = last;
    }
}

// How many first bytes all keys of a run have in common.
std::size_t PendingRecords::shared_depth(const Run& run) const
{
    const std::string_view first = key(run.begin).substr(run.depth);
    std::size_t shared = first.size();
    for (std::size_t i = run.begin + 1; i < run.end && shared != 0; ++i) {
        shared = shared_bytes(first.substr(0, shared), key(i).substr(run.depth));
    }
    return run.depth + shared;
}

void PendingRecords::clear()
{
    arena_.clear();
    items_.clear();
    sorted_ = true;
}

PendingRecords::Record PendingRecords::record(std::size_t position) const
{
    if (position + kPrefetch < items_.size()) {
        const std::uint64_t start = items_[position + kPrefetch].start;
        __builtin_prefetch(arena_.data() + start);
        __builtin_prefetch(arena_.data() + std::min<std::uint64_t>(start + kCacheLine, arena_.size()));
    }
    Record record{key(position), std::nullopt};
    const char* behind_key = record.key.data() + record.key.size();
    if (*behind_key++ != 0) {
        record.entry = decode_entry(behind_key, 0);
    }
    return record;
}

std::string_view PendingRecords::key_at(std::uint64_t start) const
{
    const char* at = arena_.data() + start;
    const std::uint64_t length = get_varint(at);
    return {at, length};
}

}  // namespace bytestore
