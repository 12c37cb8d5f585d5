// A batch counts whole or not at all.
#include "engine/format/record.h"
#include "tests/support/store_test.h"

namespace bytestore::test {
namespace {

class BatchRecoveryTest : public StoreTest {
protected:
    // "before", then a batch of three, then nothing.
    void SetUp() override
    {
        const auto store = open();
        set(*store, "before", "1");
        Batch batch;
        for (const char* key : {"a", "b", "c"}) {
            batch.set(key, "1", {.mtime = 1});
        }
        ASSERT_TRUE(store->apply(batch));
        ASSERT_TRUE(store->close());
        const auto log = read_file(segment(0));
        const auto starts = line_starts(log);
        for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
            lines_.push_back(log.substr(starts[i], starts[i + 1] - starts[i]));
        }
    }

    // The log's own lines in this order; `extra` behind.
    void write_lines(const std::vector<std::size_t>& order, const std::string& extra = "")
    {
        std::string bytes;
        for (const auto i : order) {
            bytes += lines_.at(i);
        }
        write_file(segment(0), bytes + extra);
    }

    std::vector<std::string> lines_;  // header, before, a, b, c
    const std::string foreign_ = "{\"cmd\":\"Set\",\"key\":\"foreign\",\"value\":\"1\"}\n";
    const Map before_{{"before", "1"}};
};

TEST_F(BatchRecoveryTest, IncompleteAtTheEndIsCutOffFromItsFirstLine)
{
    for (const auto& order : std::vector<std::vector<std::size_t>>{{0, 1, 2}, {0, 1, 2, 3}}) {
        for (const char* torn : {"", "{\"cmd\":", "\xff\n"}) {
            write_lines(order, torn);
            const auto store = open();
            expect_content(*store, before_);
            EXPECT_EQ(read_file(segment(0)), lines_[0] + lines_[1]);
        }
    }
}

TEST_F(BatchRecoveryTest, IncompleteBeforeALineWithoutChecksumIsSkippedAndNoticed)
{
    for (const auto& order : std::vector<std::vector<std::size_t>>{{0, 1, 2}, {0, 1, 2, 3}}) {
        forget_lock();
        std::filesystem::remove(segment(1));
        write_lines(order, foreign_);
        EXPECT_EQ(content_of(path()), (Map{{"before", "1"}, {"foreign", "1"}}));
        const auto store = open();
        EXPECT_TRUE(said("incomplete batch"));
        set(*store, "foreign", "2");
        ASSERT_TRUE(store->compact());
        EXPECT_EQ(content_of(path()), (Map{{"before", "1"}, {"foreign", "2"}}));
    }
}

TEST_F(BatchRecoveryTest, WithARecordThatLostItsChecksumIsNeverSplit)
{
    for (const std::size_t i : {2U, 3U, 4U}) {
        forget_lock();
        auto lines = lines_;
        lines[i].replace(lines[i].rfind("\"c\""), 3, "\"b\"");  // one bit
        write_file(segment(0), lines[0] + lines[1] + lines[2] + lines[3] + lines[4]);
        expect_content(*open(), before_);
        EXPECT_EQ(read_file(segment(0)), lines[0] + lines[1]);
        EXPECT_TRUE(said("a record of a batch without its checksum"));
    }
}

TEST_F(BatchRecoveryTest, InDisorderBeforeALineWithChecksumIsDamage)
{
    for (const auto& order : std::vector<std::vector<std::size_t>>{
             {0, 2, 1}, {0, 2, 3, 1}, {0, 1, 3, 4}, {0, 1, 4}, {0, 1, 2, 4}, {0, 1, 2, 2, 3, 4}, {0, 1, 3, 2, 4}}) {
        write_lines(order);
        expect_refused(Errc::damaged, {"log-00000000000000000000.dat", "batch"});
    }
}

TEST_F(BatchRecoveryTest, SkippedInASealedSegmentIsDamage)
{
    forget_lock();
    std::filesystem::remove(segment(1));
    const auto body = lines_[0] + lines_[2] + foreign_;
    std::string seal;
    const format::Output out = [&seal](std::string_view part) -> Status {
        seal += part;
        return {};
    };
    ASSERT_TRUE(format::write_seal(out, {.records = 2, .size = body.size()}));
    write_file(segment(0), body + seal);
    expect_refused(Errc::damaged, {"log-00000000000000000000.dat is damaged at offset " +
                                   std::to_string(lines_[0].size()) + ": an incomplete batch in a sealed segment"});
}

TEST_F(BatchRecoveryTest, ASkippedBatchThatWasSyncedIsDamage)
{
    ASSERT_TRUE(open()->set("more", "1", {.mtime = 1}));
    {
        const auto store = open();
        set(*store, "more", "2");
        ASSERT_TRUE(store->sync());
    }
    auto bytes = read_file(segment(0));
    bytes.erase(bytes.find(lines_[4]), lines_[4].size());
    bytes.insert(bytes.find(lines_[3]) + lines_[3].size(),
                 foreign_ + std::string(lines_[4].size() - foreign_.size(), '\n'));
    write_file(segment(0), bytes);
    expect_refused(Errc::damaged, {"log-00000000000000000000.dat", "batch"});
}

}  // namespace
}  // namespace bytestore::test
