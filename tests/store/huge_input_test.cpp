// What is bad and very large is refused with its place, in bounded memory, and by work that grows no faster than it
// does: counted in what is read, since time is nobody's to promise.
#include "engine/log/segment_name.h"
#include "engine/maintenance/verify.h"
#include "tests/support/hostile_lines.h"
#include "tests/support/peak_memory.h"
#include "tests/support/scale.h"
#include "tests/support/store_test.h"
#include "tests/support/synthetic_files.h"

#include <gmock/gmock.h>

#include <functional>

namespace bytestore::test {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = kMiB << 10;
// Some times the largest line that is held, and what a sanitizer keeps back.
constexpr std::uint64_t kMemory = 1200 * kMiB;

constexpr std::string_view kTooLong = "over 67108864 bytes and not in the form that is written here";
constexpr std::string_view kEndlessKey = R"({"cmd":"Set","key":")";
constexpr std::string_view kEndlessValue = R"({"cmd":"Set","key":"k","value":")";

struct Huge {
    std::string name;
    std::function<void(Pattern& log)> put;  // a bad line, with its newline
    std::string_view reason;

    friend void PrintTo(const Huge& huge, std::ostream* out) { *out << huge.name; }
};

// Everything of a line but the beginning and the end is this, so many times.
Huge line(const std::string& name, std::string_view begin, std::string_view piece, std::uint64_t times,
          const std::string& end, std::string_view reason)
{
    return {name, [=](Pattern& log) { log.then(begin).then(piece, times).then(end + '\n'); }, reason};
}

std::vector<Huge> lines_of_a_gigabyte()
{
    return {line("Letters", "x", "x", kGiB, "x", kTooLong), line("AnEndlessKey", kEndlessKey, "k", kGiB, "", kTooLong),
            line("AKeyOfAGigabyte", kEndlessKey, "k", kGiB, R"(","value":""})", kTooLong),
            line("AnEndlessValue", kEndlessValue, "v", kGiB, "", kTooLong),
            line("AValueWithAWrongChecksum", kEndlessValue, "v", kGiB, R"(","c":"0123456789abcdef"})",
                 "checksum mismatch")};
}

std::vector<Huge> other_long_lines()
{
    constexpr auto kLong = 96 * kMiB;
    // As much as is read at all, if it is not in the form that is written.
    const auto held = static_cast<std::uint64_t>(scaled(60)) * kMiB;
    constexpr std::string_view kField = R"({"cmd":"Set","key":"k","value":"v","x":)";
    return {line("Nuls", "x", std::string_view("\0", 1), kLong, "", kTooLong),
            line("OpenBrackets", "[", "[", kLong, "", kTooLong),
            line("TenMillionOpenBrackets", "[", "[", 10'000'000, "", "nested too deeply"),
            line("Spaces", "x", " ", kLong, "x", kTooLong),
            line("SpacesAround", " ", " ", kLong, "x", "not JSON"),
            line("ANumber", kField, "9", held, "}", "number out of range"),
            line("AFraction", kField, "9", held, ".5}", "number out of range"),
            line("AnExponent", kField, "1e", 1, std::string(100'000, '9') + "}", "number out of range"),
            line("Tabs", "[", "\t", held, "x", "not JSON"),
            line("AStringWithAControl", R"(["Set","k",")", "v", held, "\x01", "not JSON"),
            line("LoneSurrogates", kEndlessValue, R"(\ud800)", held / 6, "\"}", "not JSON"),
            line("FieldsWithoutEnd", R"({"cmd":"Set","key":"k","value":"v")", R"(,"x":1)", held / 6, "", "not JSON"),
            line("KeysWithoutEnd", R"({"cmd":"Set")", R"(,"key":"k")", held / 10, "}", "duplicate field key")};
}

class HugeInputTest : public testing::TestWithParam<Huge> {
protected:
    static SyntheticFiles last_segment()
    {
        Pattern log;
        log.then(kHead);
        GetParam().put(log);
        log.then(good_line("b", log.size()));
        return SyntheticFiles({{segment_name(0), log}});
    }
    static SyntheticFiles inner_segment()
    {
        Pattern log;
        log.then(kHead);
        GetParam().put(log);
        log.then(seal_line(2, log.size()));
        return SyntheticFiles({{segment_name(0), log}, {segment_name(1), Pattern().then(header_line(1))}});
    }

    static void expect_refused(SyntheticFiles files)
    {
        const PeakMemory memory;
        Options options;
        options.read_only = true;
        const auto store = Store::open("/synthetic", options, files);
        ASSERT_FALSE(store);
        EXPECT_EQ(store.error().code, Errc::damaged);
        EXPECT_THAT(store.error().message, HasSubstr("is damaged at offset " + std::to_string(kHead.size()) + ": "));
        EXPECT_THAT(store.error().message, HasSubstr(std::string(GetParam().reason)));
        EXPECT_LT(store.error().message.size(), 300U);
        EXPECT_LT(memory.grown(), kMemory);
    }

    static void expect_verified(SyntheticFiles files)
    {
        const PeakMemory memory;
        std::vector<Finding> findings;
        const auto report = verify_store(
            "/synthetic",
            [&](const Finding& found) -> Status {
                findings.push_back(found);
                return {};
            },
            files);
        ASSERT_TRUE(report && !findings.empty());
        EXPECT_EQ(findings.front().offset, kHead.size());
        EXPECT_THAT(findings.front().what, HasSubstr(std::string(GetParam().reason)));
        EXPECT_LT(memory.grown(), kMemory);
    }

    static inline const std::string kHead = header_line(0) + good_line("a");
};

TEST_P(HugeInputTest, IsRefusedInTheLastSegment)
{
    expect_refused(last_segment());
}

TEST_P(HugeInputTest, IsRefusedInAnInnerSegment)
{
    expect_refused(inner_segment());
}

TEST_P(HugeInputTest, IsFoundByVerify)
{
    expect_verified(last_segment());
}

constexpr auto kNameOf = [](const auto& huge) { return huge.param.name; };
INSTANTIATE_TEST_SUITE_P(Gigabyte, HugeInputTest, testing::ValuesIn(lines_of_a_gigabyte()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Long, HugeInputTest, testing::ValuesIn(other_long_lines()), kNameOf);

// What is read of a log.
struct Work {
    std::uint64_t reads = 0;
    std::uint64_t bytes = 0;
};

struct Growing {
    std::string name;
    std::function<void(Pattern& log, std::uint64_t size)> put;
    std::uint64_t size = 10 * kMiB;  // more than is held of a line at once

    friend void PrintTo(const Growing& growing, std::ostream* out) { *out << growing.name; }
};

Growing repeating(const std::string& name, const std::string& piece)
{
    return {name, [piece](Pattern& log, std::uint64_t size) { log.then(piece, 1 + (size - 1) / piece.size()); }};
}

// Of short lines, which cost much more.
Growing repeating_lines(const std::string& name, const std::string& line)
{
    auto growing = repeating(name, line);
    growing.size = 2 * kMiB;
    return growing;
}

std::vector<Growing> growing()
{
    return {repeating_lines("Newlines", "\n"),
            repeating_lines("BlankLines", " \t \n"),
            repeating_lines("LinesOfGarbage", "garbage garbage garbage\n"),
            repeating("OneLineOfGarbage", "garbage"),
            repeating("OneLineOfSpaces", " "),
            repeating("Nuls", std::string(1, '\0')),
            repeating("AnEndlessKey", std::string(kEndlessKey)),
            repeating("LongLines", std::string(5 * kMiB, 'x') + '\n'),
            repeating("LongLinesInOurForm", std::string(kEndlessValue) + std::string(5 * kMiB, 'v') + "\"}\n"),
            repeating_lines("Headers", header_line(0)),
            repeating_lines("Seals", seal_line(1, 1)),
            repeating_lines("ForeignRecords", "[\"Set\",\"k\",\"v\"]\n"),
            {"AValueWithoutEnd", [](Pattern& log, std::uint64_t size) { log.then(kEndlessValue).then("v", size); }},
            {"AKeyWithoutEnd", [](Pattern& log, std::uint64_t size) { log.then(kEndlessKey).then("k", size); }}};
}

class GrowingInputTest : public testing::TestWithParam<Growing> {
protected:
    // Of an opening, and of a verification, whatever they say.
    static Work work_for(std::uint64_t size)
    {
        Pattern log;
        log.then(header_line(0));
        GetParam().put(log, size);
        SyntheticFiles files({{segment_name(0), log}, {segment_name(1), Pattern().then(header_line(1))}});
        Options options;
        options.read_only = true;
        const auto store = Store::open("/synthetic", options, files);
        EXPECT_TRUE(verify_store("/synthetic", [](const Finding&) { return Status(); }, files));
        return {.reads = files.reads(), .bytes = files.bytes_read()};
    }
};

TEST_P(GrowingInputTest, OfTwiceTheSizeTakesTwiceTheWork)
{
    constexpr std::uint64_t kSlack = 64;  // reads at the ends
    const auto size = GetParam().size;
    const auto once = work_for(size);
    const auto twice = work_for(2 * size);
    EXPECT_LE(twice.reads, 2 * once.reads + kSlack);
    EXPECT_LE(twice.bytes, 2 * once.bytes + size / 2);
    EXPECT_LE(twice.bytes, 10 * 2 * size);
}

INSTANTIATE_TEST_SUITE_P(Hostile, GrowingInputTest, testing::ValuesIn(growing()),
                         [](const auto& growing) { return growing.param.name; });

}  // namespace
}  // namespace bytestore::test
