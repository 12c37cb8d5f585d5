// The segments before the last one are whole, sealed and all there, or the store is refused.
#include "engine/format/record.h"
#include "tests/support/code_of.h"
#include "tests/support/store_test.h"

#include <sys/stat.h>

namespace bytestore::test {
namespace {

std::string seal_line(const format::Seal& seal)
{
    std::string line;
    const auto written = format::write_seal(
        [&](std::string_view bytes) -> Status {
            line.append(bytes);
            return {};
        },
        seal);
    EXPECT_TRUE(written);
    return line;
}

class SegmentChainTest : public StoreTest {
protected:
    // Four segments; the first three are sealed.
    void SetUp() override
    {
        options_.segment_size = 400;
        const auto store = open();
        for (int i = 0; segments_in(path()).size() < 4; ++i) {
            const auto key = "k" + std::to_string(i);
            set(*store, key, "v");
            content_[key] = "v";
        }
    }

    std::string without_last_line(std::uint64_t number) const
    {
        const auto bytes = read_file(segment(number));
        return bytes.substr(0, bytes.rfind('\n', bytes.size() - 2) + 1);
    }
    static std::string name(std::uint64_t number)
    {
        return "log-0000000000000000000" + std::to_string(number) + ".dat";
    }

    Map content_;
    static constexpr std::string_view kForeignLine = "{\"cmd\":\"Set\",\"key\":\"x\",\"value\":\"y\"}\n";
};

TEST_F(SegmentChainTest, AMissingPredecessorIsRefused)
{
    for (const std::uint64_t missing : {0, 1, 2}) {
        const auto bytes = read_file(segment(missing));
        std::filesystem::remove(segment(missing));
        expect_refused(Errc::damaged, {name(missing + 1), name(missing), "missing"});
        write_file(segment(missing), bytes);
    }
    expect_content(*open(), content_);
}

TEST_F(SegmentChainTest, AMissingPredecessorIsTheFirstByteStoresDoingBelowOneOfItsSegments)
{
    std::filesystem::remove(segment(0));
    write_file(segment(9), kForeignLine);
    EXPECT_TRUE(content_of(path()).contains("x"));
    EXPECT_TRUE(content_of(*open()).contains("x"));
}

TEST_F(SegmentChainTest, AStoreWithAMissingPredecessorOpensAfterEveryCompaction)
{
    std::filesystem::remove(segment(0));
    write_file(segment(9), kForeignLine);
    const auto expected = content_of(path());
    for (int i = 0; i < 3; ++i) {
        const auto store = open();
        set(*store, "x", "y");
        ASSERT_TRUE(store->compact());
        EXPECT_EQ(content_of(path()), expected);
    }
}

TEST_F(SegmentChainTest, ASegmentUnderALowerNameIsRefused)
{
    std::filesystem::remove(segment(1));
    std::filesystem::remove(segment(2));
    std::filesystem::rename(segment(3), segment(0));
    forget_lock();
    expect_refused(Errc::damaged, {name(0) + " is damaged at offset 0", "that of " + name(3)});
}

TEST_F(SegmentChainTest, AnySealThatDoesNotFitIsRefused)
{
    for (const std::uint64_t number : {0, 1, 2}) {
        const auto bytes = read_file(segment(number));
        const auto body = without_last_line(number);
        const auto lines = line_starts(body).size() - 2;
        for (const auto& seal : {format::Seal{lines + 1, body.size()}, format::Seal{lines, body.size() - 1}}) {
            write_file(segment(number), body + seal_line(seal));
            expect_refused(Errc::damaged, {name(number), std::to_string(body.size()), "seal"});
        }
        write_file(segment(number), bytes);
    }
    expect_content(*open(), content_);
}

TEST_F(SegmentChainTest, ASealThatDoesNotFitIsRefusedInTheLastSegmentToo)
{
    append_file(segment(3), seal_line({.records = 99, .size = 99}));
    expect_refused(Errc::damaged, {name(3), "seal"});
}

TEST_F(SegmentChainTest, EveryCutOfASealedSegmentIsRefused)
{
    const auto bytes = read_file(segment(1));
    for (std::size_t size = 1; size + 1 < bytes.size(); ++size) {
        write_file(segment(1), bytes.substr(0, size));
        expect_refused(Errc::damaged, {name(1), "offset"});
        ASSERT_FALSE(HasFailure()) << size;
    }
}

TEST_F(SegmentChainTest, ASegmentWithoutSealIsAcceptedWhereTheFirstByteStoreAppendedToIt)
{
    write_file(segment(1), without_last_line(1) + std::string(kForeignLine));
    content_["x"] = "y";
    EXPECT_EQ(content_of(path()), content_);
    expect_content(*open(), content_);
}

TEST_F(SegmentChainTest, AnEmptySegmentIsAccepted)
{
    write_file(segment(4), "");
    for (const char* value : {"1", "2"}) {
        const auto store = open();
        set(*store, "more", value);
    }
    content_["more"] = "2";
    EXPECT_EQ(content_of(path()), content_);
}

TEST_F(SegmentChainTest, ASegmentThatTheFirstByteStoreCompactedInPartIsAcceptedForGood)
{
    write_file(segment(4), "{\"cmd\":\"Set\",\"key\":\"k0\",\"value\":\"v\"}\n");
    options_.compaction_threshold = 1;
    options_.compaction_dead_percent = 1;
    for (int i = 0; i < 6; ++i) {
        const auto store = open();
        set(*store, "k0", "v");
        set(*store, "more", std::to_string(i));
        content_["more"] = std::to_string(i);
        EXPECT_EQ(content_of(path()), content_);
    }
}

TEST_F(SegmentChainTest, ANameThatOnlyLooksLikeASegmentsIsNamedAndNotTouched)
{
    for (const char* odd : {"log-7.dat", "log-+0000000000000000007.dat", "log-000000000000000000007.dat", "log-x.dat",
                            "log-99999999999999999999.dat"}) {
        write_file(path() / odd, kForeignLine);
        const auto store = open();
        EXPECT_TRUE(said(odd));
        expect_content(*store, content_);
        ASSERT_TRUE(store->compact());
        EXPECT_EQ(read_file(path() / odd), kForeignLine);
    }
}

TEST_F(SegmentChainTest, WhatIsNoRegularFileIsRefused)
{
    const auto last = segment(4);
    std::filesystem::create_symlink(segment(3), last);
    expect_refused(Errc::not_permitted, {name(4)});
    std::filesystem::remove(last);
    ASSERT_EQ(::mkfifo(last.c_str(), 0600), 0);
    expect_refused(Errc::damaged, {name(4), "regular"});
    std::filesystem::remove(last);
    std::filesystem::create_directory(last);
    EXPECT_FALSE(try_read());
    EXPECT_FALSE(try_open());
}

TEST_F(SegmentChainTest, ANewerFormatIsRefusedAsUnsupported)
{
    for (const auto& header : {format::Header{.version = 2, .need = {}, .id = "0123456789abcdef", .from = 4, .prev = 3},
                               format::Header{.need = {"zstd"}, .id = "0123456789abcdef", .from = 4, .prev = 3}}) {
        std::string line;
        ASSERT_TRUE(format::write_header(
            [&](std::string_view bytes) -> Status {
                line.append(bytes);
                return {};
            },
            header));
        write_file(segment(4), line);
        expect_refused(Errc::unsupported, {name(4), "newer"});
    }
}

TEST_F(SegmentChainTest, OneThatWasEmptiedIsRefusedAsEveryOtherCutIs)
{
    for (const std::uint64_t number : {0, 1, 2}) {
        const auto bytes = read_file(segment(number));
        for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {  // all but the last newline count
            write_file(segment(number), bytes.substr(0, size));
            ASSERT_EQ(code_of(try_read()), Errc::damaged) << name(number) << " cut to " << size;
        }
        write_file(segment(number), bytes);
    }
    expect_content(*open(), content_);
}

TEST_F(SegmentChainTest, ACopyOfOneUnderAHigherNumberIsRefused)
{
    for (const std::uint64_t number : {0, 1, 2, 3}) {
        std::filesystem::copy_file(segment(number), segment(9));
        expect_refused(Errc::damaged, {name(9), "header", name(number)});
        std::filesystem::remove(segment(9));
    }
    expect_content(*open(), content_);
}

TEST_F(SegmentChainTest, NoneFollowsTheLastNumberThereIs)
{
    write_file(segment(UINT64_MAX), kForeignLine);
    const auto store = open();
    EXPECT_EQ(code_of(store->set("new", "v", {.mtime = 1})), Errc::unsupported);
    content_["x"] = "y";
    expect_content(*store, content_);
}

}  // namespace
}  // namespace bytestore::test
