// The reader of index.snapshot: whatever the bytes, they are refused, or what is read of them agrees with itself. And a
// store beside such a file shows what it shows without one.
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/held_files.h"
#include "tests/fuzz/snapshot_forging.h"

#include "engine/index/index.h"
#include "engine/snapshot/read_snapshot.h"
#include "engine/snapshot/write_snapshot.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace bytestore::fuzz {
namespace {

using Entries = std::vector<std::pair<std::string, Entry>>;

Result<Snapshot> read(std::string_view bytes, SnapshotLoad load)
{
    return read_snapshot(
        [bytes](std::uint64_t offset, std::span<char> into) -> Result<std::size_t> {
            const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
            return bytes.copy(into.data(), into.size(), from);
        },
        bytes.size(), load);
}

Entries entries_of(const IndexBase& base)
{
    Entries entries;
    for (IndexBase::Cursor cursor(base); cursor.valid(); cursor.next()) {
        entries.emplace_back(cursor.key(), cursor.entry());
    }
    return entries;
}

void check_entries(const Snapshot& snapshot, const Entries& entries)
{
    require(entries.size() == snapshot.base.size(), "there are as many entries as it says");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& [key, entry] = entries[i];
        require(i == 0 || entries[i - 1].first < key, "keys ascend");
        require(entry.segment < snapshot.segments.size(), "an entry lies in a segment");
        require(entry.offset + entry.length < snapshot.segments[entry.segment].covered, "and inside of it");
    }
}

// Looked up in an order that touches pages here and there.
void check_lookups(const IndexBase& base, const Entries& entries)
{
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto& [key, entry] = entries[i * 7919 % entries.size()];
        const auto found = base.find(key);
        require(found && found->entry == entry, "every key is found");
        const auto next = key + '\0';
        require(
            base.find(next).has_value() == std::ranges::binary_search(entries, next, {}, &Entries::value_type::first),
            "no other key is");
    }
}

// As they are read of a base of which not all may be had.
void check_on_demand(std::string_view bytes, const Entries* whole)
{
    const auto snapshot = read(bytes, SnapshotLoad::on_demand);
    require(snapshot || !whole, "what loads whole loads on demand");
    if (!snapshot) {
        return;
    }
    if (whole) {
        check_lookups(snapshot->base, *whole);
        require(snapshot->base.intact() && entries_of(snapshot->base) == *whole, "on demand comes what is there");
        return;
    }
    const auto entries = entries_of(snapshot->base);
    require(!snapshot->base.intact(), "a page that is wrong is found");
    constexpr std::size_t kSome = 8;  // of them, each in a snapshot of which nothing was brought in
    for (std::size_t i = 0; i < entries.size(); i += 1 + entries.size() / kSome) {
        const auto& [key, entry] = entries[i];
        const auto fresh = read(bytes, SnapshotLoad::on_demand);
        const auto found = fresh->base.find(key);
        require(!fresh->base.intact() || (found && found->entry == entry), "what is believed was there");
    }
}

void check_listing(IndexBase base, const Entries& entries)
{
    const Index index(std::move(base));
    std::set<std::string> expected;
    for (const auto& [key, entry] : entries) {
        const auto end = key.find(':');
        expected.insert(end == key.npos ? key : key.substr(0, end + 1));
    }
    std::set<std::string> listed;
    for (const auto& item : index.list({.prefix = {}, .delimiter = ':', .after = {}, .limit = SIZE_MAX})) {
        require(listed.insert(item.name).second, "nothing is listed twice");
    }
    require(listed == expected, "a listing shows every key or its group");
}

void check_written_again(const Snapshot& snapshot, const Entries& entries)
{
    HeldFiles files(HeldFiles::Content{});
    const auto directory = files.open_directory("/held", false);
    require(write_snapshot(**directory, snapshot).has_value(), "it can be written again");
    const auto bytes = files.content().at(std::string(kSnapshotName));
    const auto again = read(bytes, SnapshotLoad::whole);
    require(again && again->segments == snapshot.segments && again->hidden_keys == snapshot.hidden_keys,
            "and says the same of segments");
    require(entries_of(again->base) == entries, "and of keys");
}

void check_snapshot(std::string_view bytes)
{
    auto snapshot = read(bytes, SnapshotLoad::whole);
    if (!snapshot) {
        require(snapshot.error().code == Errc::damaged || snapshot.error().code == Errc::unsupported,
                "it is refused as what it is");
        check_on_demand(bytes, nullptr);
        return;
    }
    const auto entries = entries_of(snapshot->base);
    check_entries(*snapshot, entries);
    check_lookups(snapshot->base, entries);
    check_on_demand(bytes, &entries);
    check_written_again(*snapshot, entries);
    check_listing(std::move(snapshot->base), entries);
}

// What is refused at once is as good as none, which takes no store to see.
bool is_looked_into(std::string_view bytes)
{
    return read(bytes, SnapshotLoad::on_demand).has_value();
}

// A snapshot that somebody made up, all of its checksums right, may hide keys; it makes no value of its own.
void check_store(const std::string& bytes, bool forged)
{
    static const auto kContent = content_beside("");
    if (!is_looked_into(bytes)) {
        return;
    }
    const auto content = content_beside(bytes);
    require(forged || content == kContent, "a store shows the same beside any snapshot");
    for (const auto& [key, value] : content) {
        require(!value || was_written(key, *value), "no value is made up");
    }
}

}  // namespace
}  // namespace bytestore::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bytestore::fuzz;
    const std::string bytes(text_of(data, size));
    check_snapshot(bytes);
    check_store(bytes, false);
    const auto forged = forged_snapshot(bytes);
    if (forged != bytes) {
        check_snapshot(forged);
        check_store(forged, true);
    }
    return 0;
}
