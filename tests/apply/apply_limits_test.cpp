// What is too large is refused before it is held.
#include "tests/apply/apply_support.h"
#include "tests/support/code_of.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace bytestore::test {
namespace {

using fs::ApplyStream;

constexpr std::uint64_t kMaxValue = 1000;
constexpr std::size_t kWrite = std::size_t{128} << 10;

class ApplyLimitsTest : public testing::Test {
protected:
    fs::ApplyTarget target()
    {
        auto target = recorder.target();
        target.max_value = kMaxValue;
        return target;
    }

    Recorder recorder;
};

TEST_F(ApplyLimitsTest, the_largest_value_fits_however_it_is_spelled)
{
    ApplyStream stream(target());
    const std::string value(kMaxValue, 'v');
    std::string spelled;
    for (std::uint64_t i = 0; i < kMaxValue; ++i) {
        spelled += "\\u0076";
    }
    std::string key;
    for (std::size_t i = 0; i < kMaxKeyBytes; ++i) {
        key += "\\u006b";
    }
    const std::string with_longest_key = R"({"cmd":"Set","key":")" + key + R"(","value":")" + spelled + "\"}\n";
    EXPECT_TRUE(write_all(stream, set_line("canonical", value)));
    EXPECT_TRUE(write_all(stream, with_longest_key));
    EXPECT_EQ(recorder.content, (Map{{"canonical", value}, {std::string(kMaxKeyBytes, 'k'), value}}));
}

TEST_F(ApplyLimitsTest, a_line_without_end_is_refused_and_what_is_held_stays_bounded)
{
    ApplyStream stream(target());
    const std::string bytes(kWrite, 'x');
    std::size_t taken = 0;
    auto written = stream.write(bytes);
    for (; written; written = stream.write(bytes)) {
        taken += *written;
        ASSERT_LT(taken, std::size_t{1} << 20);
    }
    EXPECT_EQ(written.error().code, Errc::too_large);
    EXPECT_EQ(code_of(stream.write(bytes)), Errc::too_large);
    EXPECT_EQ(code_of(stream.check_end()), Errc::invalid);
}

TEST_F(ApplyLimitsTest, a_long_line_behind_good_ones_does_not_take_them_back)
{
    ApplyStream stream(target());
    const auto good = set_line("a", "1");
    EXPECT_EQ(stream.write(good + std::string(std::size_t{1} << 20, 'x')).value_or(0), good.size());
    EXPECT_EQ(recorder.content, (Map{{"a", "1"}}));
    EXPECT_TRUE(stream.write(set_line("b", "2")));
}

TEST_F(ApplyLimitsTest, a_batch_beyond_its_bytes_is_refused_at_that_line)
{
    auto small = target();
    small.max_batch_bytes = std::size_t{1} << 20;
    const auto line = set_line("a", std::string(kMaxValue, 'v'));
    const std::size_t fits = (small.max_batch_bytes - 1) / (line.size() - 1);
    for (const std::size_t records : {fits, fits + 1}) {
        Recorder fresh;
        small.apply = fresh.target().apply;
        ApplyStream stream(small);
        ASSERT_TRUE(write_all(stream, batch_line(records)));
        Status done;
        for (std::size_t i = 0; i < records && done; ++i) {
            done = write_all(stream, line);
        }
        EXPECT_EQ(code_of(done), records == fits ? std::nullopt : std::optional(Errc::too_large));
        EXPECT_EQ(fresh.calls, records == fits ? 1 : 0);
    }
}

}  // namespace
}  // namespace bytestore::test
