// kvs verify says damage exactly where the store does not open, and names all of it.
#include "tests/store/maintenance_support.h"

#include <algorithm>
#include <cerrno>
#include <thread>

namespace bytestore::test {
namespace {

using Severity = Finding::Severity;
using ::testing::Contains;
using ::testing::HasSubstr;

class VerifyTest : public MaintenanceTest {
protected:
    // Without a snapshot, since that saves an opening from reading what it covers.
    void SetUp() override
    {
        options_.snapshot = false;
        fill();
    }

    // The two share their judgement: this is to notice if they part.
    void expect_agreement() const
    {
        const auto found = verify();
        const auto store = try_read();
        ASSERT_EQ(found.report.clean(), store.has_value());
        if (store) {
            EXPECT_THAT(history_, Contains(content_of(**store)));
        } else {
            EXPECT_EQ(store.error().message, path().string() + ": " + refusal(first_damage(found)).message);
        }
    }

    static Finding first_damage(const Verified& found)
    {
        return *std::ranges::find(found.findings, Severity::damage, &Finding::severity);
    }
    static std::vector<std::uint64_t> offsets(const Verified& found)
    {
        std::vector<std::uint64_t> offsets;
        for (const auto& finding : found.findings) {
            offsets.push_back(finding.offset.value_or(0));
        }
        return offsets;
    }
    bool notices(const std::string& text) const
    {
        const auto found = verify();
        EXPECT_TRUE(found.report.clean());
        return std::ranges::any_of(found.findings, [&](const Finding& finding) {
            return finding.severity != Severity::damage && (finding.file + " " + finding.what).contains(text);
        });
    }

    static constexpr std::string_view kForeign = "{\"cmd\":\"Set\",\"key\":\"x\",\"value\":\"y\"}\n";
};

TEST_F(VerifyTest, AGoodStoreHasNoFindings)
{
    const auto before = files_in(path());
    const auto found = verify();
    EXPECT_TRUE(found.findings.empty());
    EXPECT_EQ(found.report.segments, segments_in(path()).size());
    EXPECT_EQ(found.report.records, read()->stats().records);
    EXPECT_EQ(files_in(path()), before);
}

TEST_F(VerifyTest, AgreesWithTheOpeningForEveryFlip)
{
    for (const bool lock : {true, false}) {
        for_each_flip(9, [&] { expect_agreement(); });
        if (lock) {
            forget_lock();
        }
    }
}

TEST_F(VerifyTest, AgreesWithTheOpeningForEveryCut)
{
    for (const bool lock : {true, false}) {
        for_each_cut([&] { expect_agreement(); });
        if (lock) {
            forget_lock();
        }
    }
}

TEST_F(VerifyTest, AgreesWithTheOpeningForEveryMissingSegment)
{
    for (const auto& segment : segments_in(path())) {
        const auto bytes = read_file(segment);
        std::filesystem::remove(segment);
        expect_agreement();
        EXPECT_FALSE(verify().report.clean());
        write_file(segment, bytes);
    }
}

TEST_F(VerifyTest, NamesEveryBadLineOfEverySealedSegment)
{
    std::vector<std::uint64_t> expected;
    for (const auto& segment : {segment(0), segment(1)}) {
        auto bytes = read_file(segment);
        const auto starts = line_starts(bytes);
        bytes.at(starts.at(1) + 3) ^= 1;
        bytes.at(starts.at(3) + 3) ^= 1;
        write_file(segment, bytes);
        expected.insert(expected.end(), {starts[1], starts[3]});
    }
    const auto found = offsets(verify());
    for (const auto offset : expected) {
        EXPECT_THAT(found, Contains(offset));
    }
}

TEST_F(VerifyTest, ATornTailIsAWarning)
{
    append_file(last(), "{\"cmd\":\"Set\",\"key");
    EXPECT_TRUE(notices("a torn tail of 17 bytes"));
    EXPECT_EQ(verify().report.warnings, 1U);
}

TEST_F(VerifyTest, WhatIsOddIsNoticed)
{
    append_file(last(), kForeign);
    write_file(path() / "log-7.dat", kForeign);
    write_file(path() / "compaction.tmp", "");
    write_file(path() / "log-00000000000000000002.dat.torn-20260101T000000Z", "x");
    EXPECT_TRUE(notices(last().filename().string() + " it holds records that an older program appended"));
    EXPECT_TRUE(notices("1 record(s) have no checksum"));
    EXPECT_TRUE(notices("log-7.dat is not the name of a segment"));
    EXPECT_TRUE(notices("compaction.tmp is a temporary file"));
    EXPECT_TRUE(notices("is a copy of a torn tail"));
    EXPECT_EQ(verify().report.notices, 5U);
}

TEST_F(VerifyTest, ASegmentThatCannotBeReadDoesNotHideTheOthers)
{
    auto bytes = read_file(segment(0));
    const auto second = line_starts(bytes).at(1);
    bytes.at(second + 3) ^= 1;
    write_file(segment(0), bytes);
    std::filesystem::remove(segment(1));
    std::filesystem::create_symlink("/dev/null", segment(1));
    const auto found = verify();
    EXPECT_EQ(found.report.damage, 2U);
    EXPECT_THAT(offsets(found), Contains(second));
}

TEST_F(VerifyTest, AReadErrorIsDamage)
{
    FaultyFiles files({.before =
                           [](const FileCall& call) {
                               const bool fails = call.call == Call::read && call.name.contains("01.dat");
                               return fails ? std::optional(Fault{.os_error = EIO}) : std::nullopt;
                           },
                       .after = {}});
    std::string what;
    const auto report = verify_store(
        path(),
        [&](const Finding& finding) -> Status {
            what += finding.what;
            return {};
        },
        files);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->damage, 1U);
    EXPECT_THAT(what, HasSubstr("cannot be read"));
}

TEST_F(VerifyTest, ADirectoryThatIsNotThereIsAnError)
{
    EXPECT_EQ(code_of(verify_store(other_path(), [](auto&&...) { return Status(); })), Errc::not_a_store);
}

TEST_F(VerifyTest, AStoreThatIsWrittenAndCompactedMeanwhileIsClean)
{
    const auto store = open();
    std::jthread writer([&](const std::stop_token& stop) {
        for (int i = 0; !stop.stop_requested(); ++i) {
            set(*store, "k" + std::to_string(i % 5), std::string(static_cast<std::size_t>(i % 300), 'v'));
            ASSERT_TRUE(i % 20 != 0 || store->compact());
        }
    });
    for (int i = 0; i < scaled(50); ++i) {
        const auto found = verify();
        ASSERT_TRUE(found.report.clean()) << first_damage(found).file << first_damage(found).what;
    }
}

}  // namespace
}  // namespace bytestore::test
