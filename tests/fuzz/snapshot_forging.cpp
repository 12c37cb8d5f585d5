#include "tests/fuzz/snapshot_forging.h"

#include "engine/format/record.h"
#include "engine/index/index_base.h"
#include "engine/log/segment_name.h"
#include "engine/snapshot/layout.h"
#include "engine/snapshot/snapshot.h"
#include "engine/store.h"
#include "tests/fuzz/fuzz.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>
#include <vector>

namespace bytestore::fuzz {
namespace {

using snapshot::hash_of;
using snapshot::kHeaderBytes;

constexpr int kKeys = 140;  // more than a page
constexpr std::size_t kEntriesAt = 2;
constexpr std::size_t kSegmentsAt = 4;
constexpr std::size_t kTablesAt = 5;
constexpr std::size_t kBaseAt = 6;
constexpr std::size_t kTablesSumAt = 7;
constexpr std::size_t kHeaderSumAt = 8;

// Goes over the tables of a snapshot, and knows where it is.
class Walker {
public:
    explicit Walker(std::string_view tables)
        : reader_(tables)
    {
    }

    void skip_segment()
    {
        constexpr std::size_t kPlainNumbers = 9;
        skip(1);
        position_ += 8 + reader_.text().size();
        skip(kPlainNumbers);
        skip(count(8));
        skip(2 * count(16));
    }
    std::vector<std::uint64_t> numbers(std::size_t count)
    {
        std::vector<std::uint64_t> numbers;
        for (; count > 0 && reader_.good(); --count) {
            numbers.push_back(number());
        }
        return numbers;
    }
    bool good() const { return reader_.good(); }
    std::size_t position() const { return position_; }

private:
    std::uint64_t number()
    {
        position_ += 8;
        return reader_.number();
    }
    std::size_t count(std::size_t least)
    {
        position_ += 8;
        return reader_.count(least);
    }
    void skip(std::size_t count)
    {
        for (; count > 0 && reader_.good(); --count) {
            number();
        }
    }

    snapshot::Reader reader_;
    std::size_t position_ = 0;
};

class Forger {
public:
    explicit Forger(std::string_view bytes)
        : bytes_(bytes)
    {
    }

    std::string forged()
    {
        if (bytes_.size() < kHeaderBytes) {
            return bytes_;
        }
        const auto rest = bytes_.size() - kHeaderBytes;
        if (number(kTablesAt) <= rest) {
            put_header(kBaseAt, rest - number(kTablesAt));
            seal_pages();
            put_header(kTablesSumAt, hash_of(tables()));
        }
        put_header(kHeaderSumAt, hash_of(std::string_view(bytes_).substr(0, kHeaderSumAt * 8)));
        return bytes_;
    }

private:
    std::string_view tables() const { return std::string_view(bytes_).substr(kHeaderBytes, number(kTablesAt)); }
    std::uint64_t number(std::size_t place) const
    {
        return snapshot::Reader(std::string_view(bytes_).substr(place * 8)).number();
    }
    void put(std::size_t at, std::uint64_t number)
    {
        const auto stored = snapshot::little_endian(number);
        std::memcpy(bytes_.data() + at, &stored, sizeof(stored));
    }
    void put_header(std::size_t place, std::uint64_t number) { put(place * 8, number); }

    void seal_pages()
    {
        Walker walker(tables());
        for (auto segments = number(kSegmentsAt); segments > 0 && walker.good(); --segments) {
            walker.skip_segment();
        }
        const auto starts = walker.numbers(IndexBase::blocks_of(number(kEntriesAt)));
        const auto base = std::string_view(bytes_).substr(kHeaderBytes + number(kTablesAt));
        auto at = kHeaderBytes + walker.position();
        for (std::size_t first = 0; first < starts.size() && at + 8 <= bytes_.size(); first += IndexBase::kPageBlocks) {
            const auto next = first + IndexBase::kPageBlocks;
            const auto end = next < starts.size() ? starts[next] : base.size();
            if (starts[first] <= end && end <= base.size()) {
                put(at, hash_of(base.substr(starts[first], end - starts[first])));
            }
            at += 8;
        }
    }

    std::string bytes_;
};

std::string key_of(int i)
{
    return fmt::format("user:{:03}{}", i, i % 3 == 0 ? ":name" : "");
}

std::string value_of(int i)
{
    return fmt::format("value {}", i);
}

// As a writer leaves it that died before it sealed anything; its id and its times are always the same.
HeldFiles::Content written_store()
{
    std::string log;
    const format::Output out = [&log](std::string_view part) -> Status {
        log += part;
        return {};
    };
    ignore(format::write_header(out, {.need = {}, .id = "0123456789abcdef", .from = 0, .prev = {}}));
    for (int i = 0; i < kKeys; ++i) {
        ignore(format::write_set(out, key_of(i), Kind::bytes, value_of(i), {.mtime = i}));
    }
    ignore(format::write_delete(out, key_of(1), {.mtime = kKeys}));
    HeldFiles files(HeldFiles::Content{{segment_name(0), log}});
    Options options;
    options.snapshot_bytes = 1;
    const auto store = Store::open("/held", std::move(options), files);
    require(store && (*store)->close(), "a store can be made");
    return files.content();
}

HeldFiles::Content with_snapshot(const std::string& snapshot)
{
    auto content = sample_store();
    content.erase(std::string(kSnapshotName));
    if (!snapshot.empty()) {
        content[std::string(kSnapshotName)] = snapshot;
    }
    return content;
}

std::map<std::string, std::optional<std::string>> content_of(const HeldFiles::Content& content, bool on_demand)
{
    HeldFiles files(content);
    Options options;
    options.read_only = true;
    options.index_on_demand = on_demand;
    const auto store = Store::open("/held", std::move(options), files);
    require(store.has_value(), "no snapshot keeps a store from opening");
    std::map<std::string, std::optional<std::string>> found;
    for (const auto& item : (*store)->list({})) {
        auto value = (*store)->get(item.name);
        found[item.name] = value ? std::optional(std::move(*value)) : std::nullopt;
    }
    return found;
}

}  // namespace

std::string forged_snapshot(std::string_view bytes)
{
    return Forger(bytes).forged();
}

const HeldFiles::Content& sample_store()
{
    static const HeldFiles::Content kStore = written_store();
    return kStore;
}

bool was_written(const std::string& key, const std::string& value)
{
    for (int i = 0; i < kKeys; ++i) {
        if (key == key_of(i)) {
            return value == value_of(i);
        }
    }
    return false;
}

std::map<std::string, std::optional<std::string>> content_beside(const std::string& snapshot)
{
    const auto content = with_snapshot(snapshot);
    auto whole = content_of(content, false);
    require(content_of(content, true) == whole, "on demand a store shows the same");
    return whole;
}

}  // namespace bytestore::fuzz
