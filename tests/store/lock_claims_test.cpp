// What LOCK says of the log is held against it, where it speaks of this very file.
#include "tests/support/claims.h"
#include "tests/support/code_of.h"
#include "tests/support/store_test.h"

namespace bytestore::test {
namespace {

class LockClaimsTest : public StoreTest {
protected:
    // Three records, of which the first two are synced, without a roll.
    void SetUp() override
    {
        const auto store = open();
        set(*store, "a", "1");
        set(*store, "b", "2");
        ASSERT_TRUE(store->sync());
        synced_ = read_file(segment(0)).size();
        set(*store, "c", "3");
        set(*store, "d", "4");
        log_ = read_file(segment(0));
    }

    // A line of the log made bad, good ones behind it; the file stays the same.
    void spoil(const std::string& key)
    {
        auto bytes = log_;
        bytes.at(bytes.find("\"key\":\"" + key) + 7) = 'X';
        write_file(segment(0), bytes);
    }
    void expect_opens_with(const Map& content) { expect_content(*open(), content); }

    std::size_t synced_ = 0;
    std::string log_;
    const Map all_{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}};
    const Map before_c_{{"a", "1"}, {"b", "2"}};
    const Map before_b_{{"a", "1"}};
};

TEST_F(LockClaimsTest, ALogCutBelowTheSyncedOffsetIsRefused)
{
    for (std::size_t size = 0; size < synced_; ++size) {
        write_file(segment(0), log_.substr(0, size));
        expect_refused(Errc::damaged, {"log-00000000000000000000.dat", "offset", "synced"});
        ASSERT_FALSE(HasFailure()) << size;
    }
}

TEST_F(LockClaimsTest, ALogCutAtOrAboveTheSyncedOffsetIsRecovered)
{
    for (std::size_t size = log_.size(); size >= synced_; --size) {
        write_file(segment(0), log_.substr(0, size));
        EXPECT_TRUE(try_read()) << size;
    }
    expect_opens_with(before_c_);
}

TEST_F(LockClaimsTest, SayNothingOfACopy)
{
    write_file(segment(0), log_.substr(0, synced_ - 5));
    copy_files(path(), other_path());
    const auto store = Store::open(other_path(), options_);
    ASSERT_TRUE(store) << store.error().message;
    expect_content(**store, before_b_);
}

TEST_F(LockClaimsTest, OfAClosedStoreAreHeldAgainstAWholeCopy)
{
    options_.sync = SyncMode::interval;
    ASSERT_TRUE(open()->close());
    log_ = read_file(segment(0));
    for (std::size_t at = 0; at < log_.size(); ++at) {
        auto bytes = log_;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        write_file(segment(0), bytes);
        std::filesystem::remove_all(other_path());
        copy_files(path(), other_path());
        auto options = options_;
        options.read_only = true;
        const auto store = Store::open(other_path(), options);
        if (store) {
            expect_content(**store, all_);
        }
        ASSERT_FALSE(HasFailure()) << at;
    }
}

TEST_F(LockClaimsTest, SayNothingOfAnotherIncarnation)
{
    change_claims(path(), [](LockClaims& claims) { claims.id = "0123456789abcdef"; });
    write_file(segment(0), log_.substr(0, synced_ - 5));
    expect_opens_with(before_b_);
}

TEST_F(LockClaimsTest, CountAsMissingOnceOneOfTheirBitsIsWrong)
{
    const auto lock = lock_text();
    for (std::size_t at = 0; at + 1 < lock.size(); ++at) {
        auto bytes = lock;
        bytes[at] = static_cast<char>(bytes[at] ^ 4);
        write_file(path() / "LOCK", bytes);
        write_file(segment(0), log_.substr(0, synced_ - 5));
        ASSERT_TRUE(try_read()) << at;
    }
}

TEST_F(LockClaimsTest, OfNestedBracketsCountAsMissing)
{
    constexpr std::size_t kDeep = 8000;
    write_file(path() / "LOCK", R"({"c":"0123456789abcdef","state":"clean","x":)" + std::string(kDeep, '[') +
                                    std::string(kDeep, ']') + '}');
    expect_opens_with(all_);
}

TEST_F(LockClaimsTest, AMissingSegmentThatWasWrittenLastIsRefused)
{
    std::filesystem::remove(segment(0));
    expect_refused(Errc::damaged, {"log-00000000000000000000.dat is missing"});
}

TEST_F(LockClaimsTest, AMissingSegmentIsTheFirstByteStoresDoingWhereOneOfItsSegmentsIsAbove)
{
    std::filesystem::rename(segment(0), segment(7));
    write_file(segment(7), "{\"cmd\":\"Set\",\"key\":\"x\",\"value\":\"y\"}\n");
    expect_opens_with({{"x", "y"}});
}

TEST_F(LockClaimsTest, GoodLinesBehindBadOnesAreDamageInTheSameBoot)
{
    spoil("c");
    expect_refused(Errc::damaged, {"log-00000000000000000000.dat", std::to_string(synced_)});
}

TEST_F(LockClaimsTest, GoodLinesBehindBadOnesAreATornTailAfterALossOfPower)
{
    change_claims(path(), [](LockClaims& claims) { claims.boot = "another"; });
    spoil("c");
    expect_opens_with(before_c_);
}

TEST_F(LockClaimsTest, GoodLinesBehindBadOnesAreATornTailAfterAnIoError)
{
    change_claims(path(), [](LockClaims& claims) { claims.state = LockClaims::State::failed; });
    spoil("c");
    expect_opens_with(before_c_);
}

TEST_F(LockClaimsTest, GoodLinesBehindBadOnesAreATornTailWithoutLockPastTheLastMark)
{
    spoil("d");
    append_file(segment(0), "{\"cmd\":\"Set\",\"key\":\"later\",\"value\":\"\"}\n");
    forget_lock();
    expect_opens_with({{"a", "1"}, {"b", "2"}, {"c", "3"}});
}

TEST_F(LockClaimsTest, BadBytesBelowAMarkBehindThemAreDamage)
{
    for (const bool lock : {true, false}) {
        change_claims(path(), [](LockClaims& claims) {
            claims.boot = "another";
            claims.synced = 0;
        });
        if (!lock) {
            forget_lock();
        }
        spoil("b");
        expect_refused(Errc::damaged, {"log-00000000000000000000.dat"});
    }
}

TEST_F(LockClaimsTest, AnIoErrorEndsItsSegment)
{
    for (int opening = 0; opening < 2; ++opening) {
        if (opening == 0) {
            change_claims(path(), [](LockClaims& claims) { claims.state = LockClaims::State::failed; });
        }
        expect_opens_with(all_);  // and closes again without a write
    }
    set(*open(), "e", "5");
    EXPECT_EQ(read_file(segment(0)).find("\"key\":\"e\""), std::string::npos);
    EXPECT_NE(read_file(segment(1)).find("\"key\":\"e\""), std::string::npos);
    EXPECT_EQ(content_of(path()).size(), 5U);
}

// All of it was synced before it took the place of the other file.
TEST_F(LockClaimsTest, SpeakOfTheLastSegmentAlsoAfterACompaction)
{
    for (const bool closed : {false, true}) {
        auto store = open();
        set(*store, "a", std::to_string(closed));
        ASSERT_TRUE(store->compact());
        const auto compacted = segments_in(path()).back();
        if (closed) {
            store.reset();
        }
        const auto log = read_file(compacted);
        for (std::size_t size = 0; size < log.size(); ++size) {
            write_file(compacted, log.substr(0, size));
            ASSERT_EQ(code_of(try_read()), Errc::damaged) << size;
        }
        write_file(compacted, log);
        if (!closed) {
            EXPECT_TRUE(try_read());
        }
    }
}

}  // namespace
}  // namespace bytestore::test
