// How bytes become batches, whatever the writes look like in which they come.
#include "fs/apply/apply_stream.h"

#include "tests/apply/apply_support.h"
#include "tests/support/code_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bytestore::test {
namespace {

using fs::ApplyStream;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Errc kBadLine = Errc::invalid;

// A plain line, a batch, a blank line, a batch of one, and lines that others would write.
std::vector<std::string> sample()
{
    return {set_line("a", "1\n\"quoted\""),
            batch_line(3),
            set_line("b", std::string("\0binary\xff", 8)),
            "\n",
            delete_line("a"),
            set_line("a", "2"),
            " \t\r\n",
            batch_line(1),
            "  {\"value\":\"x\",\"unknown\":[1,{}],\"key\":\"c\",\"cmd\":\"Set\"} \n",
            "[\"Set\",\"d\",\"y\"]\n",
            "[\"Delete\",\"none\"]\n"};
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const auto& line : lines) {
        text += line;
    }
    return text;
}

// What is applied once `size` bytes have come.
Recorder after(std::size_t size)
{
    Recorder recorder;
    ApplyStream stream(recorder.target());
    EXPECT_EQ(stream.write(joined(sample()).substr(0, size)).value_or(0), size);
    return recorder;
}

const Map kContent{{"a", "2"}, {"b", std::string("\0binary\xff", 8)}, {"c", "x"}, {"d", "y"}};

TEST(ApplyStreamTest, lines_are_applied_alone_and_batches_as_one)
{
    const auto recorder = after(joined(sample()).size());
    EXPECT_EQ(recorder.content, kContent);
    EXPECT_THAT(recorder.batches, ElementsAre(1, 3, 1, 1, 1));
}

TEST(ApplyStreamTest, it_does_not_matter_where_writes_begin)
{
    const auto text = joined(sample());
    for (std::size_t split = 0; split <= text.size(); ++split) {
        Recorder recorder;
        ApplyStream stream(recorder.target());
        EXPECT_EQ(stream.write(text.substr(0, split)).value_or(0), split);
        EXPECT_EQ(recorder.batches, after(split).batches) << split;
        EXPECT_EQ(stream.write(text.substr(split)).value_or(0), text.size() - split);
        EXPECT_EQ(recorder.content, kContent) << split;
        EXPECT_THAT(recorder.batches, ElementsAre(1, 3, 1, 1, 1)) << split;
        EXPECT_TRUE(stream.check_end()) << split;
        EXPECT_EQ(stream.applied(), 7);
    }
}

TEST(ApplyStreamTest, bytes_may_come_one_by_one)
{
    Recorder recorder;
    ApplyStream stream(recorder.target());
    for (const char byte : joined(sample())) {
        ASSERT_EQ(stream.write({&byte, 1}).value_or(0), 1);
    }
    EXPECT_EQ(recorder.content, kContent);
    EXPECT_THAT(recorder.batches, ElementsAre(1, 3, 1, 1, 1));
}

// Neither a half line nor a part of a batch is ever applied, and the end of it tells.
TEST(ApplyStreamTest, an_end_inside_a_line_or_a_batch_applies_nothing_of_it)
{
    const auto lines = sample();
    std::size_t begin = 0;
    std::vector<std::size_t> batches;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool in_batch = i >= 2 && i <= 5;
        const bool begun = in_batch || i == 8;
        for (std::size_t cut = 0; cut < lines[i].size(); ++cut) {
            Recorder recorder;
            ApplyStream stream(recorder.target());
            ASSERT_EQ(stream.write(joined(lines).substr(0, begin + cut)).value_or(0), begin + cut);
            EXPECT_EQ(recorder.batches, batches) << i << " " << cut;
            EXPECT_EQ(stream.check_end().has_value(), cut == 0 && !begun) << i << " " << cut;
            EXPECT_EQ(recorder.batches, batches) << i << " " << cut;
        }
        begin += lines[i].size();
        batches = after(begin).batches;
    }
}

// With what the error says of each.
const std::vector<std::pair<std::string, std::string>>& bad_lines()
{
    static const std::vector<std::pair<std::string, std::string>> lines{
        {"x\n", "JSON"},
        {"{\n", "JSON"},
        {"{}\n", "missing field"},
        {"null\n", "neither"},
        {"\"Set\"\n", "neither"},
        {R"({"cmd":"Set","key":"a"})"
         "\n",
         "value"},
        {R"({"cmd":"Set","value":"a"})"
         "\n",
         "key"},
        {R"({"cmd":"Get","key":"a"})"
         "\n",
         "unknown cmd"},
        {R"({"cmd":"Set","cmd":"Set","key":"a","value":"b"})"
         "\n",
         "duplicate"},
        {R"({"cmd":"Set","key":1,"value":"b"})"
         "\n",
         "not a string"},
        {"{\"cmd\":\"Set\",\"key\":\"a\",\"value\":\"\xff\"}\n", "JSON"},
        {R"({"cmd":"Set","key":"a","value":"b"}{"cmd":"Delete","key":"a"})"
         "\n",
         "JSON"},
        {R"({"cmd":"Set","key":"a","value":"b","c":"0123456789abcdef"})"
         "\n",
         "checksum"},
        {std::string("{\"cmd\":\"Delete\",\"key\":\"a\"\0}\n", 28), "control character"},
        {R"({"cmd":"Set","key":"a:\u0000x","value":""})"
         "\n",
         "U+0000"},
        {R"({"cmd":"Set","key":"\u0000:b","value":""})"
         "\n",
         "U+0000"},
        {R"({"cmd":"Set","key":"\u0000x:\u0000","value":""})"
         "\n",
         "U+0000"},
        {R"({"cmd":"Set","key":"\u0000bytestore","value":""})"
         "\n",
         "U+0000"},
        {R"({"cmd":"Set","key":"a:\u0000","value":"x"})"
         "\n",
         "marker"},
        {"{\"batch\":0}\n", "batch"},
        {"{\"batch\":1000001}\n", "batch"}};
    return lines;
}

TEST(ApplyStreamTest, a_bad_line_stops_the_write_before_it_and_fails_the_next)
{
    const auto lines = std::vector<std::string>{set_line("x", "1"), "\n", set_line("y", "2"), delete_line("x")};
    for (const auto& [bad, reason] : bad_lines()) {
        for (std::size_t at = 0; at <= lines.size(); ++at) {
            auto input = lines;
            input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), bad);
            const auto text = joined(input);
            const auto before = joined({input.begin(), input.begin() + static_cast<std::ptrdiff_t>(at)}).size();
            Recorder recorder;
            ApplyStream stream(recorder.target());
            if (at > 0) {
                EXPECT_EQ(stream.write(text).value_or(0), before) << bad;
            }
            const auto applied = recorder.content;
            for (int again = 0; again < 2; ++again) {
                const auto refused = stream.write(text.substr(before));
                ASSERT_EQ(code_of(refused), kBadLine) << bad;
                EXPECT_THAT(refused.error().message, HasSubstr(reason));
                EXPECT_THAT(refused.error().message, HasSubstr("line " + std::to_string(at + 1) + ": "));
                EXPECT_EQ(recorder.content, applied);
            }
            EXPECT_TRUE(stream.check_end());
            EXPECT_TRUE(write_all(stream, text.substr(before + bad.size())));
            EXPECT_EQ(recorder.content, (Map{{"y", "2"}})) << bad;
        }
    }
}

TEST(ApplyStreamTest, an_error_in_a_batch_discards_it_and_fails_every_later_write)
{
    auto bad = bad_lines();
    bad.emplace_back(batch_line(2), "inside another");
    for (const auto& [line, reason] : bad) {
        for (std::size_t at = 0; at < 3; ++at) {
            Recorder recorder;
            ApplyStream stream(recorder.target());
            std::vector<std::string> batch(3, set_line("x", "1"));
            batch.insert(batch.begin() + static_cast<std::ptrdiff_t>(at), line);
            batch.insert(batch.begin(), batch_line(3));
            const auto done = write_all(stream, joined(batch));
            ASSERT_EQ(code_of(done), kBadLine) << line;
            EXPECT_THAT(done.error().message, HasSubstr(reason));
            for (const std::string& later : {std::string("\n"), set_line("y", "2"), std::string("x")}) {
                EXPECT_EQ(code_of(stream.write(later)), kBadLine) << line;
            }
            EXPECT_EQ(code_of(stream.check_end()), kBadLine);
            EXPECT_EQ(recorder.calls, 0);
        }
    }
}

// A program that does not look at how much was taken must not get a batch without the bad line.
TEST(ApplyStreamTest, a_batch_is_discarded_by_the_short_write_already)
{
    Recorder recorder;
    ApplyStream stream(recorder.target());
    EXPECT_EQ(stream.write(batch_line(2) + set_line("x", "1") + "bad\n").value_or(0),
              (batch_line(2) + set_line("x", "1")).size());
    EXPECT_EQ(code_of(stream.write(set_line("y", "1"))), kBadLine);
    EXPECT_EQ(recorder.calls, 0);
}

TEST(ApplyStreamTest, a_write_that_fails_leaves_the_half_line_as_it_was)
{
    const auto line = set_line("x", "1");
    for (std::size_t split = 1; split < line.size(); ++split) {
        Recorder recorder;
        ApplyStream stream(recorder.target());
        EXPECT_TRUE(stream.write(line.substr(0, split)));
        EXPECT_EQ(code_of(stream.write("|\n")), kBadLine) << split;
        EXPECT_EQ(code_of(stream.check_end()), kBadLine);
        EXPECT_TRUE(stream.write(line.substr(split))) << split;
        EXPECT_EQ(recorder.content, (Map{{"x", "1"}}));
    }
}

// The n-th commit fails: what was applied before stands, and it can be tried again.
TEST(ApplyStreamTest, what_the_store_refuses_is_the_error_of_its_line)
{
    const std::vector<std::string> lines{set_line("a", "1"), set_line("b", "2"), set_line("c", "3"), delete_line("a")};
    for (std::size_t n = 0; n < lines.size(); ++n) {
        Recorder recorder;
        recorder.failing = n;
        ApplyStream stream(recorder.target());
        const auto before = joined({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(n)}).size();
        const auto taken = stream.write(joined(lines));
        EXPECT_EQ(taken.value_or(0), before);
        EXPECT_EQ(code_of(taken), n == 0 ? std::optional(Errc::no_space) : std::nullopt);
        EXPECT_EQ(stream.applied(), n);
        EXPECT_TRUE(write_all(stream, joined(lines).substr(before)));
        EXPECT_EQ(recorder.content, (Map{{"b", "2"}, {"c", "3"}}));
    }
}

TEST(ApplyStreamTest, a_batch_that_the_store_refuses_answers_the_write_that_completes_it)
{
    Recorder recorder;
    recorder.failing = 0;
    ApplyStream stream(recorder.target());
    EXPECT_TRUE(stream.write(batch_line(2) + set_line("a", "1")));
    const auto refused = stream.write(set_line("b", "2"));
    ASSERT_EQ(code_of(refused), Errc::no_space);
    EXPECT_THAT(refused.error().message, HasSubstr("line 3: the disk is full"));
    EXPECT_EQ(code_of(stream.write(set_line("b", "2"))), Errc::no_space);
    EXPECT_EQ(recorder.calls, 1);
    EXPECT_TRUE(recorder.content.empty());
}

// Ten lines in runs of three.
class HeldBackTest : public testing::Test {
protected:
    HeldBackTest()
    {
        for (int i = 0; i < 10; ++i) {
            lines_.push_back(set_line("k" + std::to_string(i), "v"));
        }
        target_ = recorder_.target();
        target_.run_records = 3;
    }

    Status apply()
    {
        ApplyStream stream(target_);
        TRY(write_all(stream, joined(lines_)));
        return stream.finish();
    }

    std::vector<std::string> lines_;
    Recorder recorder_;
    fs::ApplyTarget target_;
};

TEST_F(HeldBackTest, lines_that_cannot_be_committed_end_the_stream)
{
    for (std::size_t n = 0; n < 4; ++n) {
        recorder_ = {};
        recorder_.failing = n;
        const auto done = apply();
        ASSERT_EQ(code_of(done), Errc::no_space) << n;
        EXPECT_THAT(done.error().message, HasSubstr("lines " + std::to_string(3 * n + 1) + " to "));
        EXPECT_EQ(recorder_.content.size(), 3 * n);
    }
}

TEST_F(HeldBackTest, a_record_that_no_store_takes_is_named_and_those_before_it_are_applied)
{
    const auto good = lines_;
    for (const auto& bad : {set_line("", "v"), set_line(std::string(kMaxKeyBytes + 1, 'k'), "v"),
                            set_line("k", std::string(1001, 'v'))}) {
        for (std::size_t n = 0; n < lines_.size(); ++n) {
            recorder_ = {};
            target_.max_value = 1000;
            lines_ = good;
            lines_[n] = bad;
            const auto done = apply();
            ASSERT_FALSE(done) << n;
            EXPECT_THAT(done.error().message, HasSubstr("line " + std::to_string(n + 1) + ": "));
            EXPECT_EQ(recorder_.content.size(), n);
        }
    }
}

TEST_F(HeldBackTest, a_single_line_before_a_batch_is_not_lost_when_it_cannot_be_committed)
{
    lines_ = {set_line("a", "1"), batch_line(1), set_line("b", "2")};
    recorder_.failing = 0;
    EXPECT_EQ(code_of(apply()), Errc::no_space);
    EXPECT_TRUE(recorder_.content.empty());
}

}  // namespace
}  // namespace bytestore::test
