// Bad lines, as kvs tells of them: in the log, and in what it is given to apply.
#include "tests/kvs/kvs_fixture.h"
#include "tests/support/hostile_lines.h"
#include "tests/support/peak_memory.h"
#include "tests/support/scale.h"

#include "tools/kvs.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <streambuf>

namespace bytestore::tools {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = kMiB << 10;
// The longest line that is held, while it is copied, and what a sanitizer keeps back.
constexpr std::uint64_t kMemory = 600 * kMiB;

class BadInputTest : public KvsTest, public testing::WithParamInterface<test::HostileLine> {
protected:
    void plant() const
    {
        std::filesystem::create_directory(store());
        write_file(store() / kSegment,
                   head_ + GetParam().text() + '\n' + test::good_line("b", head_.size() + GetParam().text().size()));
    }
    std::string content() const { return kvs({"scan", "--json"}).out; }

    const std::string head_ = test::header_line(0) + test::good_line("a");
    const std::string kSegment = "log-00000000000000000000.dat";
};

TEST_P(BadInputTest, InTheLogIsNamedByVerifyAndByEveryOpening)
{
    plant();
    const auto place = kSegment + " at offset " + std::to_string(head_.size()) + ": ";
    const Outcome verified = kvs({"verify"});
    EXPECT_EQ(verified.exit, 1);
    EXPECT_THAT(verified.out, StartsWith("damage: " + place));
    EXPECT_THAT(verified.out, HasSubstr(GetParam().reason));
    EXPECT_THAT(kvs({"verify", "--json"}).out, HasSubstr("\"offset\":" + std::to_string(head_.size())));
    const Outcome got = kvs({"get", "a"});
    EXPECT_EQ(got.exit, 1);
    EXPECT_THAT(got.err, HasSubstr(kSegment + " is damaged at offset " + std::to_string(head_.size()) + ": "));
}

// Those that are bad by themselves, not only where they stand in a log.
class BadRecordTest : public BadInputTest {};

TEST_P(BadRecordTest, InABatchIsNamedByItsLineAndWhatWasBeforeItStands)
{
    const auto input = test::good_line("a") + GetParam().text() + '\n' + test::good_line("b");
    for (const Args& args : {Args{"batch"}, Args{"import"}}) {
        const Outcome run = kvs(args, input);
        EXPECT_EQ(run.exit, 1);
        EXPECT_THAT(run.err, HasSubstr("standard input: line 2: "));
        EXPECT_THAT(run.err, HasSubstr(GetParam().reason));
        EXPECT_THAT(run.err, HasSubstr("; 1 record(s) were applied"));
        EXPECT_LT(run.err.size(), 400U);
        EXPECT_EQ(content(), "{\"key\":\"a\",\"value\":\"v\"}\n");
    }
}

TEST_P(BadRecordTest, InAnAtomicImportNothingIsApplied)
{
    const auto input = test::good_line("a") + GetParam().text() + '\n' + test::good_line("b");
    EXPECT_EQ(kvs({"import", "--atomic"}, input).exit, 1);
    EXPECT_EQ(content(), "");
}

INSTANTIATE_TEST_SUITE_P(Hostile, BadInputTest, testing::ValuesIn(test::hostile_lines()),
                         [](const auto& line) { return line.param.name; });

auto bad_records()
{
    auto lines = test::hostile_lines();
    std::erase_if(lines, [](const auto& line) { return line.only_in_a_log; });
    return lines;
}

INSTANTIATE_TEST_SUITE_P(Hostile, BadRecordTest, testing::ValuesIn(bad_records()),
                         [](const auto& line) { return line.param.name; });

// So many bytes of one kind, of which none is held.
class Endless : public std::streambuf {
public:
    Endless(std::string begin, char byte, std::uint64_t size)
        : begin_(std::move(begin)), piece_(kMiB, byte), left_(size)
    {
        setg(begin_.data(), begin_.data(), begin_.data() + begin_.size());
    }

    std::uint64_t left() const { return left_; }

protected:
    int_type underflow() override
    {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece_.size(), left_));
        left_ -= size;
        setg(piece_.data(), piece_.data(), piece_.data() + size);
        return size == 0 ? traits_type::eof() : traits_type::to_int_type(piece_.front());
    }

private:
    std::string begin_;
    std::string piece_;
    std::uint64_t left_;
};

class EndlessInputTest : public KvsTest {
protected:
    Outcome batch(Endless& input) const
    {
        std::istream in(&input);
        std::ostringstream out;
        std::ostringstream err;
        Io io{in, out, err};
        const std::vector<std::string> args{"--dir", store().string(), "batch"};
        const int exit = run_kvs(args, io);
        return {exit, out.str(), err.str()};
    }
};

TEST_F(EndlessInputTest, a_line_without_end_is_refused_before_it_is_held)
{
    for (const std::string begin : {"", " ", "[\"Set\",\"", "{ \"cmd\""}) {
        Endless input(test::good_line("a") + begin, 'x', kGiB);
        const test::PeakMemory memory;
        const Outcome run = batch(input);
        EXPECT_EQ(run.exit, 1);
        EXPECT_THAT(run.err, HasSubstr("standard input: line 2: is longer than "));
        EXPECT_GT(input.left(), kGiB - 100 * kMiB);
        EXPECT_LT(memory.grown(), kMemory);
    }
}

TEST_F(EndlessInputTest, a_value_without_end_is_held_no_longer_than_the_largest_one)
{
    Endless input("{\"cmd\":\"Set\",\"key\":\"k\",\"value\":\"", 'v', kGiB);
    const Outcome run = batch(input);
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, HasSubstr("standard input: line 1: is longer than "));
    EXPECT_GT(input.left(), kGiB / 4);
}

TEST_F(EndlessInputTest, newlines_are_no_records)
{
    Endless input("", '\n', static_cast<std::uint64_t>(test::scaled(16)) * kMiB);
    const test::PeakMemory memory;
    EXPECT_EQ(batch(input), prints("OK  0 record(s)\n"));
    EXPECT_LT(memory.grown(), kMemory);
}

TEST_F(EndlessInputTest, a_segment_with_a_hole_of_a_gigabyte_is_refused_there)
{
    std::filesystem::create_directory(store());
    const auto path = store() / "log-00000000000000000000.dat";
    const auto head = test::header_line(0) + test::good_line("a");
    write_file(path, head);
    std::filesystem::resize_file(path, head.size() + kGiB);
    write_file(store() / "log-00000000000000000001.dat", test::header_line(1));
    const test::PeakMemory memory;
    const Outcome run = kvs({"verify"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.out, StartsWith("damage: log-00000000000000000000.dat at offset " + std::to_string(head.size()) +
                                    ": over 67108864 bytes"));
    EXPECT_THAT(kvs({"get", "a"}).err, HasSubstr("is damaged at offset " + std::to_string(head.size())));
    EXPECT_LT(memory.grown(), kMemory);
}

TEST_F(EndlessInputTest, a_key_that_is_too_long_or_not_utf8_is_refused_by_its_line)
{
    for (const std::size_t size : {kMaxKeyBytes + 1, std::size_t{16} << 20}) {
        const Outcome run = kvs({"batch"}, test::good_line("a") + test::good_line(std::string(size, 'k')));
        EXPECT_EQ(run.exit, 1);
        EXPECT_THAT(run.err, HasSubstr("standard input: line 2: "));
        EXPECT_LT(run.err.size(), 500U);
    }
}

TEST_F(EndlessInputTest, a_batch_of_four_billion_is_refused_before_it_begins)
{
    for (const std::string count : {"4294967295", "4294967296", "18446744073709551616", "-1", "0", "1e9"}) {
        const Outcome run = kvs({"batch"}, "{\"batch\":" + count + "}\n" + test::good_line("a"));
        EXPECT_EQ(run.exit, 1);
        EXPECT_THAT(run.err, HasSubstr("standard input: line 1: a batch begins with {\"batch\":N}, N from 1 to "));
    }
}

}  // namespace
}  // namespace bytestore::tools
