// The first ByteStore opens what we wrote: it parses each line, looks at cmd, key and value, and the last of a key
// wins.
#include "tests/support/first_byte_store.h"
#include "tests/support/store_test.h"

namespace bytestore::test {
namespace {

using namespace std::string_literals;

class FirstReadsOursTest : public StoreTest, public ::testing::WithParamInterface<int> {};

// Our map, its values as strings in the log; only text is set here, so that they are the values themselves.
TEST_P(FirstReadsOursTest, AfterAnyWork)
{
    Workload work(static_cast<std::uint32_t>(GetParam()));
    options_.segment_size = 1500;
    Map map;
    auto store = open();
    for (int i = 0; i < scaled(60); ++i) {
        Batch batch;
        batch.set("k" + std::to_string(work.below(9)), std::to_string(i) + "\n\"\\é", {.mtime = i});
        batch.copy(map.empty() ? "" : map.begin()->first, "copy", {.mtime = i});
        if (map.empty()) {
            batch = Batch();
            batch.set("k0", "first", {.mtime = i});
        } else if (work.below(2) == 0) {
            batch.remove(std::next(map.begin(), work.below(static_cast<int>(map.size())))->first);
        }
        map = applied(batch, map);
        ASSERT_TRUE(store->apply(batch));
        if (work.below(20) == 0) {
            ASSERT_TRUE(store->compact());
        }
        if (work.below(20) == 0) {
            store.reset();
            store = open();
        }
        ASSERT_EQ(read_as_first(path()), map) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, FirstReadsOursTest, ::testing::Range(0, 8));

TEST_F(FirstReadsOursTest, KindsAndBytesAreSeenInTheValue)
{
    const auto store = open();
    set(*store, "binary", "\xff\0"s);
    ASSERT_TRUE(store->set("link", "../target", {.mtime = 1}, Kind::link));
    EXPECT_EQ(read_as_first(path()), (Map{{"binary", "\0b64:/wA="s}, {"link", "\0link:../target"s}}));
}

}  // namespace
}  // namespace bytestore::test
