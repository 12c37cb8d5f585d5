// Every store of the first ByteStore opens, with what it held.
#include "tests/support/store_test.h"

#include <nlohmann/json.hpp>

namespace bytestore::test {
namespace {

class FirstStoresTest : public StoreTest {
protected:
    void for_each_store(const std::function<void(const Map&)>& look)
    {
        int seen = 0;
        for (const auto& entry : std::filesystem::directory_iterator(Path(TEST_DATA) / "first-stores")) {
            if (entry.is_directory()) {
                SCOPED_TRACE(entry.path().filename().string());
                copy_files(entry.path(), path());
                const auto about = nlohmann::json::parse(read_file(entry.path().string() + ".json"));
                look(about["keys"].get<Map>());
                ++seen;
            }
        }
        EXPECT_GE(seen, 9);
    }
};

TEST_F(FirstStoresTest, AreReadWithoutAChange)
{
    for_each_store([&](const Map& keys) {
        const auto before = files_in(path());
        expect_content(*read(), keys);
        EXPECT_EQ(files_in(path()), before);
    });
}

TEST_F(FirstStoresTest, TakeWritesAndStayWhatTheyWere)
{
    for_each_store([&](const Map& keys) {
        auto expected = keys;
        for (int i = 0; i < 3; ++i) {
            const auto store = open();
            expect_content(*store, expected);
            set(*store, "new", std::to_string(i));
            expected["new"] = std::to_string(i);
        }
        expect_content(*read(), expected);
    });
}

TEST_F(FirstStoresTest, AreUpgradedByACompaction)
{
    for_each_store([&](const Map& keys) {
        std::filesystem::last_write_time(segments_in(path()).front(),
                                         std::filesystem::file_time_type(std::chrono::hours(1)));
        const auto store = open();
        const auto before = store->list({});
        ASSERT_TRUE(store->compact());
        ASSERT_TRUE(store->compact());
        expect_content(*store, keys);
        EXPECT_EQ(store->stats().stale_records, 0U);
        for (const auto& item : before) {
            EXPECT_EQ(store->find(item.name)->entry().meta, item.entry.meta) << item.name;
        }
        EXPECT_EQ(content_of(path()), keys);
    });
}

TEST_F(FirstStoresTest, WithSomethingStaleAreFreeOfItAfterACompaction)
{
    copy_files(Path(TEST_DATA) / "first-stores" / "basic", path());
    const auto store = open();
    EXPECT_EQ(store->stats().unverified, 7U);
    EXPECT_EQ(store->stats().stale_records, 3U);
    ASSERT_TRUE(store->compact());
    EXPECT_EQ(store->stats().stale_records, 0U);
    EXPECT_EQ(store->stats().unverified, 0U);
    EXPECT_EQ(read_file(segment(0)).find("Rust"), std::string::npos);
    EXPECT_NE(read_file(segment(0)).find("\"mtime\""), std::string::npos);
}

}  // namespace
}  // namespace bytestore::test
