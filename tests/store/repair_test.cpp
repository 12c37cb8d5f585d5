// kvs repair makes a store of all that can be had, and changes nothing of the old one.
#include "tests/store/maintenance_support.h"

#include <cerrno>

namespace bytestore::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

class RepairTest : public MaintenanceTest {
protected:
    // The source stays as it is, the result opens, is clean, and holds nothing that never was.
    void expect_good_repair()
    {
        const auto before = files_in(path());
        const auto found = verify();
        const auto report = repair();
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->losses == 0, found.report.clean());
        EXPECT_EQ(files_in(path()), before);
        EXPECT_TRUE(verify(other_path()).report.clean());
        const auto content = content_of(other_path());
        expect_only_values_that_were(content);
        EXPECT_EQ(content.size(), report->keys);
    }
    auto finding(std::uint64_t offset, const std::string& what)
    {
        return AllOf(Field(&Finding::offset, offset), Field(&Finding::what, HasSubstr(what)));
    }
    // Changes a byte in the line of segment 0 that holds `text`; returns where the line begins.
    std::uint64_t spoil(const std::string& text)
    {
        auto bytes = read_file(segment(0));
        const auto at = bytes.find(text);
        bytes.at(at + text.size() - 1) ^= 1;
        write_file(segment(0), bytes);
        return bytes.rfind('\n', at) + 1;
    }
};

TEST_F(RepairTest, OfAGoodStoreIsItsContent)
{
    fill();
    const auto report = repair();
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->losses, 0U);
    EXPECT_EQ(content_of(other_path()), history_.back());
}

TEST_F(RepairTest, OfEveryFlipHoldsOnlyWhatWas)
{
    fill();
    for_each_flip(9, [&] { expect_good_repair(); });
}

TEST_F(RepairTest, OfEveryCutHoldsOnlyWhatWas)
{
    fill();
    for_each_cut([&] { expect_good_repair(); });
}

TEST_F(RepairTest, OfAStoreWithoutOneOfItsSegmentsHoldsOnlyWhatWas)
{
    fill();
    for (const auto& segment : segments_in(path())) {
        const auto bytes = read_file(segment);
        std::filesystem::remove(segment);
        expect_good_repair();
        write_file(segment, bytes);
    }
}

TEST_F(RepairTest, TellsWhatALostLineMeansForItsKey)
{
    {
        const auto store = open();
        for (const char* text : {"a:first", "a:second", "b:first", "b:second", "c:first", "d:first"}) {
            set(*store, std::string(text, 1), text);
        }
        ASSERT_TRUE(store->sync());
    }
    const auto a = spoil("a:second");
    const auto b = spoil("b:first");
    const auto c = spoil("c:first");
    std::vector<Finding> findings;
    const auto report = repair(&findings);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->losses, 3U);
    EXPECT_THAT(findings, Contains(finding(a, "its key \"a\" keeps an older value")));
    EXPECT_THAT(findings, Contains(finding(b, "its key \"b\" was set again later")));
    EXPECT_THAT(findings, Contains(finding(c, "its key \"c\" has no value any more")));
    EXPECT_EQ(content_of(other_path()), (Map{{"a", "a:first"}, {"b", "b:second"}, {"d", "d:first"}}));
}

TEST_F(RepairTest, LeavesOutABatchThatIsNotWholeAndNamesItsLines)
{
    {
        const auto store = open();
        set(*store, "k", "old");
        Batch batch;
        for (const char* key : {"k", "l", "m"}) {
            batch.set(key, std::string("batched ") + key, {.mtime = 1});
        }
        ASSERT_TRUE(store->apply(batch));
        set(*store, "z", "last");
        ASSERT_TRUE(store->sync());
    }
    const auto lost = spoil("batched l");
    std::vector<Finding> findings;
    const auto report = repair(&findings);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->losses, 3U);
    EXPECT_THAT(findings, Contains(finding(lost, "its key \"l\"")));
    EXPECT_THAT(findings, Contains(Field(&Finding::what,
                                         HasSubstr("record 1 of 3 of an incomplete batch; its key \"k\" keeps"))));
    EXPECT_THAT(findings,
                Contains(Field(&Finding::what, HasSubstr("record 3 of 3 of an incomplete batch; its key \"m\" has"))));
    EXPECT_EQ(content_of(other_path()), (Map{{"k", "old"}, {"z", "last"}}));
}

TEST_F(RepairTest, KeepsMetadataKindsAndWhatOnlyOldLogsHold)
{
    plant(
        "{\"cmd\":\"Set\",\"key\":\"\",\"value\":\"empty key\"}\n"
        "{\"cmd\":\"Set\",\"key\":\"link\",\"value\":\"\\u0000link:target\",\"mtime\":7,\"mode\":511}\n"
        "[\"Set\",\"array\",\"v\"]\n");
    const auto old = read();
    ASSERT_TRUE(repair());
    const auto store = Store::open(other_path(), options_);
    ASSERT_TRUE(store);
    EXPECT_EQ(content_of(**store), content_of(*old));
    for (const auto& item : old->list({})) {
        const auto entry = (*store)->find(item.name)->entry();
        EXPECT_EQ(entry.meta, item.entry.meta);
        EXPECT_EQ(entry.kind, item.entry.kind);
    }
}

TEST_F(RepairTest, WritesOnlyIntoWhatIsNew)
{
    fill();
    write_file(other_path(), "a file");
    const auto sink = [](const Finding&) { return Status(); };
    EXPECT_EQ(code_of(repair_store(path(), other_path(), sink)), Errc::exists);
    std::filesystem::remove(other_path());
    std::filesystem::create_directory(other_path());
    EXPECT_TRUE(repair_store(path(), other_path(), sink));
    EXPECT_EQ(code_of(repair_store(path(), other_path(), sink)), Errc::exists);
    EXPECT_EQ(code_of(repair_store(path(), path(), sink)), Errc::exists);
}

TEST_F(RepairTest, LeavesNothingBehindWhenAnyCallFails)
{
    fill();
    for (int fails = 1; fails > 0; ++fails) {
        int calls = 0;
        FaultyFiles files({.before =
                               [&](const FileCall& call) {
                                   return call.changes() && ++calls == fails ? std::optional(Fault{.os_error = EIO})
                                                                             : std::nullopt;
                               },
                           .after = {}});
        std::filesystem::remove_all(other_path());
        const auto report = repair_store(path(), other_path(), [](auto&&...) { return Status(); }, files);
        EXPECT_FALSE(std::filesystem::exists(other_path().string() + ".partial")) << fails;
        if (calls < fails) {
            ASSERT_TRUE(report) << report.error().message;
            EXPECT_EQ(content_of(other_path()), history_.back());
            return;
        }
        // A segment of the source that cannot be opened is lost, and told so.
        const bool told = report && report->losses > 0;
        EXPECT_TRUE(told || !std::filesystem::exists(other_path()) || content_of(other_path()) == history_.back())
            << fails;
    }
}

}  // namespace
}  // namespace bytestore::test
