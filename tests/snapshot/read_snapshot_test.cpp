// The reader of a snapshot takes any bytes, and believes none.
#include "engine/snapshot/read_snapshot.h"

#include "engine/io/file.h"
#include "engine/snapshot/layout.h"
#include "engine/snapshot/write_snapshot.h"
#include "tests/support/files.h"
#include "tests/support/temp_directory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace bytestore::test {
namespace {

Result<Snapshot> read(const std::string& bytes, SnapshotLoad load)
{
    return read_snapshot(
        [&bytes](std::uint64_t offset, std::span<char> into) -> Result<std::size_t> {
            const auto from = std::min<std::uint64_t>(offset, bytes.size());
            return bytes.copy(into.data(), into.size(), from);
        },
        bytes.size(), load);
}

Entry entry_at(std::uint64_t i)
{
    return {.segment = static_cast<std::uint32_t>(i % 2),
            .offset = i * 50,
            .length = 40 + i % 10,
            .size = i % 40,
            .kind = Kind::bytes,
            .meta = {.mtime = static_cast<std::int64_t>(i)}};
}

Snapshot sample(std::uint64_t keys)
{
    Snapshot snapshot;
    const SnapshotSegment first{.number = 3,
                                .id = "0123456789abcdef",
                                .sealed = true,
                                .covered = 60 * keys + 100,
                                .tail = 7,
                                .inode = 8,
                                .mtime = -9,
                                .records = (keys + 1) / 2 + 3,
                                .unverified = 1,
                                .stale = 1,
                                .dead_bytes = 50,
                                .dead_sets = {4, 5, UINT64_MAX},
                                .pending = {{.hash = 4, .length = 30}, {.hash = 6, .length = 31}}};
    SnapshotSegment second = first;
    second.number = 4;
    second.records = keys / 2 + 3;
    snapshot.segments = {first, second};
    snapshot.hidden_keys = 0;
    IndexBase::Builder builder;
    for (std::uint64_t i = 0; i < keys; ++i) {
        builder.add(fmt::format("key {:06}", i), entry_at(i));
    }
    snapshot.base = builder.finish();
    return snapshot;
}

std::string written(const Snapshot& snapshot)
{
    const TempDirectory directory;
    const auto opened = posix_file_system().open_directory(directory.path(), false);
    EXPECT_TRUE(write_snapshot(**opened, snapshot));
    return read_file(directory.path() / kSnapshotName);
}

void expect_base(const IndexBase& base, std::uint64_t keys)
{
    ASSERT_EQ(base.size(), keys);
    for (std::uint64_t i = 0; i < keys; ++i) {
        const auto found = base.find(fmt::format("key {:06}", i));
        ASSERT_TRUE(found);
        ASSERT_EQ(found->entry, entry_at(i));
    }
}

// Around the ends of blocks and pages.
class SnapshotOfKeys : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SnapshotOfKeys, ComesBackAsItWasWritten)
{
    const auto before = sample(GetParam());
    const auto bytes = written(before);
    for (const auto load : {SnapshotLoad::whole, SnapshotLoad::on_demand}) {
        const auto after = read(bytes, load);
        ASSERT_TRUE(after) << after.error().message;
        EXPECT_EQ(after->segments, before.segments);
        EXPECT_EQ(after->hidden_keys, before.hidden_keys);
        expect_base(after->base, GetParam());
        EXPECT_TRUE(after->base.intact());
    }
}

INSTANTIATE_TEST_SUITE_P(AroundPages, SnapshotOfKeys, testing::Values(0, 1, 15, 16, 17, 127, 128, 129, 256, 1000));

TEST(ReadSnapshot, RefusesEveryFlippedByte)
{
    auto bytes = written(sample(300));
    for (char& byte : bytes) {
        byte = static_cast<char>(byte ^ 0x10);
        EXPECT_FALSE(read(bytes, SnapshotLoad::whole));
        byte = static_cast<char>(byte ^ 0x10);
    }
    EXPECT_TRUE(read(bytes, SnapshotLoad::whole));
}

TEST(ReadSnapshot, RefusesEveryTruncation)
{
    const auto bytes = written(sample(300));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(read(bytes.substr(0, size), SnapshotLoad::on_demand));
    }
    EXPECT_FALSE(read(bytes + '\0', SnapshotLoad::on_demand));
}

TEST(ReadSnapshot, OnDemandFindsADamagedPageWhenItIsTouched)
{
    auto bytes = written(sample(300));
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    const auto snapshot = read(bytes, SnapshotLoad::on_demand);
    ASSERT_TRUE(snapshot);
    EXPECT_TRUE(snapshot->base.find("key 000001"));
    EXPECT_TRUE(snapshot->base.intact());
    EXPECT_FALSE(snapshot->base.find("key 000299"));
    EXPECT_FALSE(snapshot->base.intact());
}

// Bytes that a malicious writer made, all checksums right.
class Forged {
public:
    explicit Forged(std::string bytes)
        : bytes_(std::move(bytes))
    {
    }

    const std::string& with_flipped(std::size_t at, char mask)
    {
        bytes_[at] = static_cast<char>(bytes_[at] ^ mask);
        const auto tables = number(kTables);
        const auto base = number(kBase);
        if (tables <= bytes_.size() && base <= bytes_.size()) {
            seal_page(snapshot::kHeaderBytes + tables, base);
            put(kTablesSum, snapshot::hash_of(std::string_view(bytes_).substr(snapshot::kHeaderBytes, tables)));
        }
        put(kHeaderSum, snapshot::hash_of(std::string_view(bytes_).substr(0, kHeaderSum * 8)));
        return bytes_;
    }

private:
    static constexpr std::size_t kTables = 5;
    static constexpr std::size_t kBase = 6;
    static constexpr std::size_t kTablesSum = 7;
    static constexpr std::size_t kHeaderSum = 8;
    static constexpr std::string_view kFirstKey = "key 000000";

    std::uint64_t number(std::size_t position) const
    {
        std::uint64_t number = 0;
        std::memcpy(&number, bytes_.data() + position * 8, 8);
        return number;
    }
    void put(std::size_t position, std::uint64_t number) { std::memcpy(bytes_.data() + position * 8, &number, 8); }

    // One page only: its checksum is the last of the tables, but for its first key.
    void seal_page(std::size_t base_begin, std::size_t base_size)
    {
        const auto sum = snapshot::hash_of(std::string_view(bytes_).substr(base_begin, base_size));
        std::memcpy(bytes_.data() + base_begin - kFirstKey.size() - 16, &sum, 8);
    }

    std::string bytes_;
};

TEST(ReadSnapshot, OfForgedBytesRefusesThemOrIsSafeToUse)
{
    const auto good = written(sample(100));
    int refused = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            const auto bytes = Forged(good).with_flipped(at, static_cast<char>(1 << bit));
            const auto snapshot = read(bytes, SnapshotLoad::whole);
            if (!snapshot) {
                ++refused;
                continue;
            }
            for (IndexBase::Cursor cursor(snapshot->base); cursor.valid(); cursor.next()) {
                ASSERT_LT(cursor.entry().segment, snapshot->segments.size());
                ASSERT_LT(cursor.entry().offset, snapshot->segments[cursor.entry().segment].covered);
            }
        }
    }
    EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace bytestore::test
