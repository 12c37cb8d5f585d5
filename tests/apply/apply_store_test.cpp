// Applied to a real store: what is kept, what is replayed, and random lines against a map.
#include "fs/mapping.h"
#include "tests/apply/apply_support.h"
#include "tests/support/store_test.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace bytestore::test {
namespace {

using fs::ApplyStream;

class ApplyStoreTest : public StoreTest {
protected:
    ApplyStoreTest()
        : store_(open()), stream_(fs::apply_target(*store_))
    {
    }

    void apply(const std::string& lines)
    {
        const auto done = write_all(stream_, lines);
        EXPECT_TRUE(done) << done.error().message;
    }
    Meta meta(const std::string& key) const { return store_->find(key).value().entry().meta; }

    std::unique_ptr<Store> store_;
    ApplyStream stream_;
};

TEST_F(ApplyStoreTest, fields_that_a_line_gives_are_stored)
{
    const format::Fields fields{.mtime = 1, .atime = 2, .ctime = 3, .mode = 0600, .uid = 7, .gid = 8};
    apply(set_line("ours", "v", fields));
    apply(R"({"gid":8,"uid":7,"mode":384,"ctime":3,"atime":2,"mtime":1,"value":"v","key":"foreign","cmd":"Set"})"
          "\n");
    const Meta expected{.mtime = 1, .atime = 2, .ctime = 3, .mode = 0600, .uid = 7, .gid = 8};
    EXPECT_EQ(meta("ours"), expected);
    EXPECT_EQ(meta("foreign"), expected);
}

TEST_F(ApplyStoreTest, a_field_with_a_value_that_it_cannot_have_is_refused_by_name)
{
    for (const std::string field :
         {R"("mode":4096)", R"("mode":-1)", R"("mode":"1")", R"("uid":-1)", R"("gid":4294967295)",
          R"("gid":4294967296)", R"("mtime":1e30)", R"("atime":null)", R"("ctime":[1])", R"("mode":{},"uid":1)"}) {
        const auto done = stream_.write(R"({"cmd":"Set","key":"k","value":"v",)" + field + "}\n");
        ASSERT_FALSE(done) << field;
        EXPECT_EQ(done.error().code, Errc::invalid);
        EXPECT_THAT(done.error().message, testing::HasSubstr(field.substr(1, field.find(':') - 2) + " has a value"));
    }
    apply(R"({"cmd":"Set","key":"k","value":"v","mode":-1,"mode":1,"other":-1,"b":7,"d":"x"})"
          "\n");
}

TEST_F(ApplyStoreTest, mode_and_owner_stay_where_a_line_does_not_give_them)
{
    apply(set_line("k", "1", {.mtime = 5, .mode = 0600, .uid = 7, .gid = 8}));
    apply(set_line("k", "2"));
    const Meta kept = meta("k");
    EXPECT_EQ(kept.mode, 0600);
    EXPECT_EQ(kept.uid, 7);
    EXPECT_EQ(kept.gid, 8);
    EXPECT_GT(kept.mtime, 5);
    apply(set_line("k", "3", {.uid = 9}));
    EXPECT_EQ(meta("k").mode, 0600);
    EXPECT_EQ(meta("k").uid, 9);
    apply(delete_line("k") + set_line("k", "4"));
    EXPECT_EQ(meta("k").mode, std::nullopt);
}

TEST_F(ApplyStoreTest, inside_a_batch_the_records_before_count)
{
    apply(set_line("k", "1", {.mode = 0600}) + set_line("gone", "1", {.mode = 0600}));
    apply(batch_line(5) + set_line("k", "2", {.mode = 0640}) + set_line("k", "3") + delete_line("gone") +
          set_line("gone", "2") + delete_line("none"));
    EXPECT_EQ(meta("k").mode, 0640);
    EXPECT_EQ(meta("gone").mode, std::nullopt);
    expect_content(*store_, {{"k", "3"}, {"gone", "2"}});
}

TEST_F(ApplyStoreTest, a_link_does_not_inherit_the_mode_of_a_file)
{
    apply(set_line("k", "1", {.mode = 0600, .uid = 7}));
    apply(R"({"cmd":"Set","key":"k","value":"\u0000link:target"})"
          "\n");
    EXPECT_EQ(store_->find("k")->entry().kind, Kind::link);
    EXPECT_EQ(meta("k").mode, std::nullopt);
    EXPECT_EQ(meta("k").uid, 7);
}

TEST_F(ApplyStoreTest, markers_can_be_set_and_deleted_and_what_else_is_reserved_only_deleted)
{
    const std::string odd = "odd:" + std::string(1, '\0') + "x";
    Batch batch;
    batch.set(odd, "old", {});
    ASSERT_TRUE(store_->apply(batch));
    for (const auto& marker : {fs::marker_key(std::nullopt), fs::marker_key(""), fs::marker_key("a:b")}) {
        apply(set_line(marker, "", {.mode = 0700}));
        EXPECT_EQ(meta(marker).mode, 0700);
        apply(delete_line(marker));
        EXPECT_FALSE(store_->find(marker));
    }
    apply(delete_line(odd) + delete_line("") + delete_line(std::string(format::kStoreKey)));
    expect_content(*store_, {});
}

TEST_F(ApplyStoreTest, the_empty_key_and_a_key_beyond_64_KiB_are_refused_as_elsewhere)
{
    EXPECT_EQ(code_of(stream_.write(set_line("", "v"))), Errc::invalid);
    EXPECT_EQ(code_of(stream_.write(set_line(std::string(kMaxKeyBytes + 1, 'k'), "v"))), Errc::name_too_long);
    expect_content(*store_, {});
}

// Headers and seals are Deletes of a key that nobody has.
TEST_F(ApplyStoreTest, the_segments_of_a_store_make_its_copy)
{
    options_.segment_size = 4096;
    auto source = std::move(store_);
    source.reset();
    source = open();
    Workload workload(1);
    Map content;
    for (int i = 0; i < 100; ++i) {
        const auto batch = workload.batch(content);
        ASSERT_TRUE(source->apply(batch));
        content = applied(batch, content);
    }
    ASSERT_TRUE(source->close());
    const TempDirectory other;
    auto copy = Store::open(other / "copy", options_).value();
    ApplyStream stream(fs::apply_target(*copy));
    const auto segments = segments_in(path());
    ASSERT_GT(segments.size(), 1);
    for (const auto& segment : segments) {
        EXPECT_TRUE(write_all(stream, read_file(segment)));
    }
    expect_content(*copy, content);
}

struct Told {
    std::string lines;
    Map content;
};

// Random records, some in batches.
Told random_lines()
{
    Told told;
    const auto records = *rc::gen::inRange<std::size_t>(1, 40);
    std::size_t left = 0;  // of a batch
    for (std::size_t i = 0; i < records; ++i) {
        if (left == 0 && *rc::gen::inRange(0, 3) == 0) {
            left = std::min(*rc::gen::inRange<std::size_t>(1, 6), records - i);
            told.lines += batch_line(left);
        }
        left -= std::min<std::size_t>(left, 1);
        const std::string key = std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 5)));
        if (*rc::gen::inRange(0, 3) == 0) {
            told.lines += delete_line(key);
            told.content.erase(key);
        } else {
            const auto value = *rc::gen::arbitrary<std::string>();
            told.lines += set_line(key, value);
            told.content[key] = value;
        }
        told.lines += *rc::gen::inRange(0, 5) == 0 ? "\n" : "";
    }
    return told;
}

RC_GTEST_PROP(ApplyModelTest, any_lines_in_any_writes_make_the_same_map, ())
{
    const TempDirectory directory;
    const auto told = random_lines();
    auto store = Store::open(directory / "store", {.sync = SyncMode::never}).value();
    ApplyStream stream(fs::apply_target(*store));
    std::string_view rest = told.lines;
    while (!rest.empty()) {
        const auto size = std::min(*rc::gen::inRange<std::size_t>(1, 300), rest.size());
        RC_ASSERT(stream.write(rest.substr(0, size)).value_or(0) == size);
        rest.remove_prefix(size);
    }
    RC_ASSERT(stream.check_end().has_value());
    RC_ASSERT(content_of(*store) == told.content);
    RC_ASSERT(store->close().has_value());
    RC_ASSERT(content_of(directory / "store") == told.content);
}

}  // namespace
}  // namespace bytestore::test
