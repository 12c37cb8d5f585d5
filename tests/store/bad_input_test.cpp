// A line that no reader may take is refused with its place, wherever it stands; only at the very end of the log it is a
// torn tail.
#include "engine/maintenance/verify.h"
#include "tests/support/hostile_lines.h"
#include "tests/support/store_test.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace bytestore::test {
namespace {

using ::testing::HasSubstr;

class BadInputTest : public StoreTest, public testing::WithParamInterface<HostileLine> {
protected:
    // The line between good ones, of which the last says that those before it were synced.
    void plant_in_the_last_segment() { plant(head_ + line_ + good_line("b", head_.size() + line_.size())); }
    void plant_in_an_inner_segment()
    {
        const auto body = head_ + line_ + good_line("b");
        plant(body + seal_line(3, body.size()));
        write_file(segment(1), header_line(1) + good_line("c"));
    }
    void plant_at_the_end() { plant(head_ + line_); }

    // By an opening of either kind, and by kvs verify, which names it first.
    void expect_refused_there()
    {
        const auto place = "log-00000000000000000000.dat is damaged at offset " + std::to_string(head_.size()) + ": ";
        expect_refused(Errc::damaged, {place, GetParam().reason});
        const auto found = first_finding();
        EXPECT_EQ(found.severity, Finding::Severity::damage);
        EXPECT_EQ(found.file, segment(0).filename());
        EXPECT_EQ(found.offset, head_.size());
        EXPECT_THAT(found.what, HasSubstr(GetParam().reason));
        EXPECT_LT(found.what.size(), 300U);
    }

    Finding first_finding() const
    {
        std::vector<Finding> findings;
        const auto report = verify_store(path(), [&](const Finding& found) -> Status {
            findings.push_back(found);
            return {};
        });
        EXPECT_TRUE(report) << report.error().message;
        EXPECT_FALSE(findings.empty());
        return findings.empty() ? Finding() : findings.front();
    }

    const std::string head_ = header_line(0) + good_line("a");
    const std::string line_ = GetParam().text() + '\n';
};

TEST_P(BadInputTest, IsDamageInTheLastSegment)
{
    plant_in_the_last_segment();
    expect_refused_there();
}

TEST_P(BadInputTest, IsDamageInAnInnerSegment)
{
    plant_in_an_inner_segment();
    expect_refused_there();
}

TEST_P(BadInputTest, IsATornTailAtTheEnd)
{
    plant_at_the_end();
    if (GetParam().reason == "the seal does not fit") {
        expect_refused_there();  // no crash writes a whole line of another segment
        return;
    }
    const auto found = first_finding();
    EXPECT_EQ(found.severity, Finding::Severity::warning);
    EXPECT_EQ(found.offset, head_.size());
    EXPECT_THAT(found.what, HasSubstr(GetParam().reason));
    expect_content(*read(), {{"a", "v"}});
    EXPECT_TRUE(said("at offset " + std::to_string(head_.size())));
    expect_content(*open(), {{"a", "v"}});
    EXPECT_EQ(read_file(segment(0)), head_);
}

INSTANTIATE_TEST_SUITE_P(Hostile, BadInputTest, testing::ValuesIn(hostile_lines()),
                         [](const auto& line) { return line.param.name; });

// They cannot be written here, but the first ByteStore could.
TEST(LongKey, IsReadFromALog)
{
    const TempDirectory directory;
    const std::string key(kMaxKeyBytes + 1, 'k');
    write_file(segment_path(directory.path(), 0), header_line(0) + good_line(key));
    EXPECT_EQ(content_of(directory.path()), (Map{{key, "v"}}));
}

}  // namespace
}  // namespace bytestore::test
