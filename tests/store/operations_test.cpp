// What sets, copies and removes do, alone and in batches.
#include "tests/support/store_test.h"

#include <limits>

namespace bytestore::test {
namespace {

using namespace std::string_literals;

class OperationsTest : public StoreTest {
protected:
    void SetUp() override { store_ = open(); }

    void reopen()
    {
        store_.reset();
        store_ = open();
    }
    std::size_t log_size() const { return read_file(segment(0)).size(); }
    static bool alike(const Entry& a, const Entry& b)
    {
        return a.size == b.size && a.kind == b.kind && a.meta == b.meta && a.offset == b.offset && a.length == b.length;
    }

    std::unique_ptr<Store> store_;
};

TEST_F(OperationsTest, AnyValueIsReadAsItWasSet)
{
    std::vector<std::string> values{"",     "\n",  "\"\\/\b\f\n\r\t", "\0"s, "\0b64:aGk="s, "\0link:x"s,
                                    "\xff", "é😀", "\xed\xa0\x80"};
    for (int byte = 0; byte < 256; ++byte) {
        values.emplace_back(3, static_cast<char>(byte));
    }
    Map expected;
    for (std::size_t i = 0; i < values.size(); ++i) {
        set(*store_, "k" + std::to_string(i), values[i]);
        expected["k" + std::to_string(i)] = values[i];
    }
    expect_content(*store_, expected);
    reopen();
    expect_content(*store_, expected);
}

TEST_F(OperationsTest, ValuesOfEverySizeAroundAPieceAreReadAsTheyWereSet)
{
    constexpr std::size_t kPiece = 1U << 20;
    for (const std::size_t size : {kPiece - 1, kPiece, kPiece + 1, 3 * kPiece, 5 * kPiece + 7}) {
        for (const char byte : {'x', '\n', '\xff'}) {
            const std::string value(size, byte);
            set(*store_, "k", value);
            EXPECT_TRUE(store_->get("k").value() == value) << size;
        }
        reopen();
        EXPECT_TRUE(store_->get("k").value() == std::string(size, '\xff')) << size;
    }
}

// In the order of the log or in another, close together and far apart, longer than a piece, and moved by a compaction.
TEST_F(OperationsTest, ManyValuesAreReadAtOnceAsTheyWereSet)
{
    constexpr std::size_t kPiece = 1U << 20;
    Map expected;
    for (const int i : {5, 3, 9, 1, 7, 0, 2, 4, 6, 8}) {
        expected["k" + std::to_string(i)] = std::string(i == 9 ? kPiece + 1 : i * 1000U, static_cast<char>('a' + i));
        set(*store_, "k" + std::to_string(i), expected["k" + std::to_string(i)]);
        set(*store_, "other", std::string(i * 2000U, 'x'));
    }
    const auto refs = store_->find_all({.prefix = "k", .delimiter = {}, .after = {}});
    ASSERT_TRUE(store_->compact());
    ASSERT_EQ(refs.size(), expected.size());
    const auto values = ValueRef::read_all(refs);
    ASSERT_TRUE(values);
    for (std::size_t i = 0; i < refs.size(); ++i) {
        EXPECT_TRUE((*values)[i] == expected[refs[i].key()]) << refs[i].key();
    }
    EXPECT_TRUE(store_->find_all({.prefix = "o", .delimiter = 't', .after = {}}).empty());
    EXPECT_TRUE(ValueRef::read_all({})->empty());
}

TEST_F(OperationsTest, AnyMetaIsTheSameAfterReopening)
{
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    const std::vector<Meta> metas{{.mtime = 0},
                                  {.mtime = kMost},
                                  {.mtime = -1},
                                  {.mtime = -1'000'000'000'000, .atime = -5},
                                  {.mtime = 5, .atime = 5, .ctime = 6},
                                  {.mtime = 5, .atime = 4, .ctime = 5, .mode = 0},
                                  {.mtime = 1, .mode = 07777, .uid = 0, .gid = 0xfffffffe}};
    for (const auto& meta : metas) {
        ASSERT_TRUE(store_->set("k", "v", meta));
        const auto before = store_->find("k")->entry();
        EXPECT_EQ(before.meta.mtime, meta.mtime);
        EXPECT_EQ(before.meta.mode, meta.mode);
        EXPECT_EQ(before.meta.atime.value_or(meta.mtime), meta.atime.value_or(meta.mtime));
        reopen();
        EXPECT_TRUE(alike(store_->find("k")->entry(), before)) << meta.mtime;
    }
}

TEST_F(OperationsTest, EntriesAreTheSameAfterReopening)
{
    Workload work(4);
    Map map;
    for (int i = 0; i < 200; ++i) {
        const auto batch = work.batch(map);
        map = applied(batch, map);
        ASSERT_TRUE(store_->apply(batch));
    }
    const auto before = store_->list({});
    reopen();
    const auto after = store_->list({});
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(after[i].name, before[i].name);
        EXPECT_TRUE(alike(after[i].entry, before[i].entry)) << before[i].name;
    }
}

TEST_F(OperationsTest, ALinkKeepsItsKind)
{
    ASSERT_TRUE(store_->set("link", "../é", {.mtime = 1}, Kind::link));
    ASSERT_TRUE(store_->set("file", "../é", {.mtime = 1}));
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(store_->find("link")->entry().kind, Kind::link);
        EXPECT_EQ(store_->find("file")->entry().kind, Kind::bytes);
        expect_content(*store_, {{"file", "../é"}, {"link", "../é"}});
        reopen();
    }
}

TEST_F(OperationsTest, ACopySeesWhatWasThereBeforeItsBatch)
{
    set(*store_, "a", "1");
    set(*store_, "b", "\xff");
    Batch swap;
    swap.copy("a", "b", {.mtime = 2});
    swap.copy("b", "a", {.mtime = 2});
    swap.set("a2", "new", {.mtime = 2});
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(store_->apply(swap));
    }
    ASSERT_TRUE(store_->apply(swap));
    expect_content(*store_, {{"a", "\xff"}, {"a2", "new"}, {"b", "1"}});
    reopen();
    expect_content(*store_, {{"a", "\xff"}, {"a2", "new"}, {"b", "1"}});
}

TEST_F(OperationsTest, ACopyKeepsTheKindAndTakesItsOwnMeta)
{
    ASSERT_TRUE(store_->set("link", "t", {.mtime = 1, .mode = 0777}, Kind::link));
    Batch batch;
    batch.copy("link", "other", {.mtime = 9});
    batch.remove("link");
    ASSERT_TRUE(store_->apply(batch));
    EXPECT_EQ(store_->find("other")->entry().kind, Kind::link);
    EXPECT_EQ(store_->find("other")->entry().meta, (Meta{.mtime = 9}));
    expect_content(*store_, {{"other", "t"}});
}

TEST_F(OperationsTest, ACopyOfALineThatIsNotInOurFormIsRight)
{
    store_.reset();
    plant(
        "{ \"value\":\"\\u0041\\u0000\", \"key\":\"k\", \"cmd\":\"Set\" "
        "}\n{\"cmd\":\"Set\",\"key\":\"l\",\"value\":\"\\u0000link:t\"}\n");
    store_ = open();
    Batch batch;
    batch.copy("k", "k2", {.mtime = 1});
    batch.copy("l", "l2", {.mtime = 1});
    ASSERT_TRUE(store_->apply(batch));
    EXPECT_EQ(store_->get("k2").value(), "A\0"s);
    EXPECT_EQ(store_->find("l2")->entry().kind, Kind::link);
}

TEST_F(OperationsTest, ARemoveOfWhatIsNotBoundWritesNothing)
{
    set(*store_, "a", "1");
    const auto size = log_size();
    Batch batch;
    batch.remove("missing");
    batch.remove("");
    ASSERT_TRUE(store_->apply(batch));
    EXPECT_EQ(code_of(store_->remove("missing")), Errc::not_found);
    EXPECT_EQ(log_size(), size);
}

TEST_F(OperationsTest, ARemoveSeesWhatItsBatchDidBefore)
{
    set(*store_, "a", "1");
    Batch batch;
    batch.remove("a");
    batch.remove("a");
    batch.set("b", "2", {.mtime = 1});
    batch.remove("b");
    batch.remove("b");
    ASSERT_TRUE(store_->apply(batch));
    EXPECT_EQ(store_->stats().records, 4U);  // a set and removed, b set and removed
    expect_content(*store_, {});
}

TEST_F(OperationsTest, AnEmptyBatchWritesNothing)
{
    ASSERT_TRUE(store_->apply({}));
    EXPECT_TRUE(segments_in(path()).empty());
}

TEST_F(OperationsTest, ABorrowedValueIsWritten)
{
    const std::string value(3U << 20, 'b');
    Batch batch;
    batch.set_borrowed("k", value, {.mtime = 1});
    ASSERT_TRUE(store_->apply(batch));
    EXPECT_TRUE(store_->get("k").value() == value);
}

TEST_F(OperationsTest, AValueThatWasFoundStaysWhatItWas)
{
    set(*store_, "k", "old");
    const auto found = *store_->find("k");
    set(*store_, "k", "new");
    EXPECT_EQ(found.read().value(), "old");
    EXPECT_FALSE(found.id() == store_->find("k")->id());
    ASSERT_TRUE(store_->remove("k"));
    EXPECT_EQ(found.read().value(), "old");
    EXPECT_EQ(code_of(store_->get("k")), Errc::not_found);
}

TEST_F(OperationsTest, ListAndAnySeePrefixes)
{
    for (const char* key : {"user", "user-1", "user:1", "user:2", "user:2:x", "users"}) {
        set(*store_, key, "");
    }
    std::vector<std::string> names;
    for (const auto& item : store_->list({.prefix = "user:", .delimiter = ':', .after = {}})) {
        names.push_back(item.name + (item.group ? "(group)" : ""));
    }
    EXPECT_EQ(names, (std::vector<std::string>{"user:1", "user:2", "user:2:(group)"}));
    EXPECT_TRUE(store_->any("user:2:"));
    EXPECT_FALSE(store_->any("user:3"));
}

}  // namespace
}  // namespace bytestore::test
