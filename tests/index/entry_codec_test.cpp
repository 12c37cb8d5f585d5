#include "engine/index/entry_codec.h"

#include "engine/index/shared_bytes.h"
#include "engine/index/varint.h"
#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace bytestore {
namespace {

using Times = std::numeric_limits<std::int64_t>;

// Both sides of every power of two.
std::vector<std::uint64_t> hard_numbers()
{
    std::vector<std::uint64_t> numbers{0};
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t power = std::uint64_t{1} << bit;
        numbers.insert(numbers.end(), {power - 1, power, 0 - power});
    }
    return numbers;
}

TEST(Varint, RoundTripsInAsFewBytesAsNeeded)
{
    for (const std::uint64_t number : hard_numbers()) {
        std::array<char, kMaxVarintBytes> packed;
        const char* const end = put_varint(packed.data(), number);
        const char* at = packed.data();
        EXPECT_EQ(get_varint(at), number);
        EXPECT_EQ(at, end);
        const auto bits = std::max<std::ptrdiff_t>(1, 64 - std::countl_zero(number));
        EXPECT_EQ(end - packed.data(), (bits + 6) / 7) << number;
    }
}

TEST(Varint, WhatFollowsChangesNothing)
{
    for (const std::uint64_t number : hard_numbers()) {
        for (const char filler : {'\0', '\x7f', '\x80', '\xff'}) {
            std::array<char, 2 * kMaxVarintBytes> packed;
            packed.fill(filler);
            const char* const end = put_varint(packed.data(), number);
            const char* at = packed.data();
            EXPECT_EQ(get_varint(at), number);
            EXPECT_EQ(at, end);
            EXPECT_EQ(get_varint_of(packed.data(), static_cast<int>(end - packed.data())), number);
        }
    }
}

TEST(Varint, TheEndsInAWindowAreTheLastBytesOfItsNumbers)
{
    for (std::size_t a = 0; a < kWindow; ++a) {
        for (std::size_t b = 0; b <= a; ++b) {
            std::array<char, kWindow> window;
            window.fill('\xff');
            window[a] = '\x7f';
            window[b] = '\0';
            EXPECT_EQ(number_ends(window.data()), std::uint32_t{1} << a | std::uint32_t{1} << b);
        }
    }
}

TEST(Varint, ZigzagRoundTripsAndKeepsSmallDifferencesSmall)
{
    for (const std::uint64_t number : hard_numbers()) {
        EXPECT_EQ(unzigzag(zigzag(number)), number);
    }
    EXPECT_EQ(zigzag(0), 0U);
    EXPECT_EQ(zigzag(std::uint64_t{0} - 1), 1U);
    EXPECT_EQ(zigzag(1), 2U);
}

TEST(SharedBytes, CountsUpToTheFirstDifferenceOrTheShorterEnd)
{
    for (std::size_t length = 0; length < 40; ++length) {
        const std::string a(length, 'x');
        for (std::size_t at = 0; at < length; ++at) {
            std::string b = a;
            b[at] = 'y';
            EXPECT_EQ(shared_bytes(a, b), at);
            EXPECT_EQ(shared_bytes(a, a.substr(0, at)), at);
            EXPECT_EQ(shared_bytes(a.substr(0, at), a), at);
        }
        EXPECT_EQ(shared_bytes(a, a), length);
    }
}

class EntryCodec : public testing::Test {
protected:
    static void expect_round_trip(const Entry& entry, std::int64_t reference)
    {
        std::array<char, 2 * kMaxEntryBytes> packed{};
        const char* const end = encode_entry(packed.data(), entry, reference);
        ASSERT_LE(end, packed.data() + kMaxEntryBytes);
        const char* at = packed.data();
        EXPECT_EQ(decode_entry(at, reference), entry);
        EXPECT_EQ(at, end);
        for (const char* const readable : {end, static_cast<const char*>(packed.end())}) {
            at = packed.data();
            EXPECT_EQ(skip_entry(at, readable, reference), entry.meta.mtime);
            EXPECT_EQ(at, end);
        }
    }
};

TEST_F(EntryCodec, RoundTripsEveryFieldAtItsExtremes)
{
    for (const std::uint64_t n : hard_numbers()) {
        const auto small = static_cast<std::uint32_t>(n);
        const auto time = static_cast<std::int64_t>(n);
        for (const std::int64_t reference : {Times::min(), std::int64_t{-1}, std::int64_t{0}, Times::max()}) {
            expect_round_trip({small, n, n, n, Kind::link, {time, {}, {}, {}, {}, {}}}, reference);
            expect_round_trip({small, n, n, n, Kind::bytes, {reference, time, ~time, small, small, small}}, time);
        }
    }
}

TEST_F(EntryCodec, TellsEveryCombinationOfUnsetFieldsFromZeros)
{
    for (unsigned set = 0; set < 64; ++set) {
        Entry entry;
        entry.kind = set & 32U ? Kind::link : Kind::bytes;
        entry.meta.atime = set & 1U ? std::optional<std::int64_t>(0) : std::nullopt;
        entry.meta.ctime = set & 2U ? std::optional<std::int64_t>(0) : std::nullopt;
        entry.meta.mode = set & 4U ? std::optional<std::uint32_t>(0) : std::nullopt;
        entry.meta.uid = set & 8U ? std::optional<std::uint32_t>(0) : std::nullopt;
        entry.meta.gid = set & 16U ? std::optional<std::uint32_t>(0) : std::nullopt;
        expect_round_trip(entry, 0);
    }
}

}  // namespace
}  // namespace bytestore
