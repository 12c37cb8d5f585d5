// What is beyond a limit is a typed error, and nothing is written.
#include "tests/support/store_test.h"

namespace bytestore::test {
namespace {

using namespace std::string_literals;

class LimitsTest : public StoreTest {
protected:
    LimitsTest() { options_.max_value = 1000; }
    void SetUp() override
    {
        store_ = open();
        set(*store_, "a", "1");
        before_ = files_in(path());
    }

    void expect_refused(Errc code, const Batch& bad)
    {
        const auto done = store_->apply(bad);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, code) << done.error().message;
        expect_content(*store_, {{"a", "1"}});
        EXPECT_EQ(files_in(path()), before_);
    }
    void expect_refused(Errc code, const std::string& key, const std::string& value, Kind kind = Kind::bytes)
    {
        Batch batch;
        batch.set("good", "1", {.mtime = 1});
        batch.remove("a");
        batch.set(key, value, {.mtime = 1}, kind);
        expect_refused(code, batch);
    }

    std::unique_ptr<Store> store_;
    std::map<std::string, std::string> before_;
};

TEST_F(LimitsTest, OfAKey)
{
    expect_refused(Errc::invalid, "", "v");
    expect_refused(Errc::name_too_long, std::string(kMaxKeyBytes + 1, 'k'), "v");
    expect_refused(Errc::not_utf8, "\xff", "v");
    expect_refused(Errc::not_utf8, "\xed\xa0\x80", "v");
    expect_refused(Errc::invalid, "\0bytestore"s, "v");
}

TEST_F(LimitsTest, OfAValue)
{
    expect_refused(Errc::too_large, "k", std::string(1001, 'v'));
    expect_refused(Errc::too_large, "k", std::string(1001, '\xff'));
    expect_refused(Errc::not_utf8, "k", "\xff", Kind::link);
}

TEST_F(LimitsTest, OfACopy)
{
    Batch batch;
    batch.set("new", "1", {.mtime = 1});
    batch.copy("new", "other", {.mtime = 1});  // it was not there before the batch
    expect_refused(Errc::not_found, batch);
}

TEST_F(LimitsTest, WhatIsJustWithinThemIsTaken)
{
    const std::string key(kMaxKeyBytes, 'k');
    for (const char byte : {'v', '\xff', '\n'}) {
        set(*store_, key, std::string(1000, byte));
        EXPECT_EQ(store_->get(key).value(), std::string(1000, byte));
    }
    set(*store_, "\0reserved by others"s, "v");
    EXPECT_EQ(content_of(path()).size(), 3U);
}

}  // namespace
}  // namespace bytestore::test
