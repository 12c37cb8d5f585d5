// Which files count as being written.
#include "fs/core/files.h"

#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace bytestore::fs {
namespace {

class ContentsTest : public ::testing::Test {
protected:
    NodePtr create(const std::string& name)
    {
        auto file = nodes_.look_up(nodes_.root(), Node::Place::segment, name, Type::file, name);
        EXPECT_TRUE(files_.create(file, {}).has_value());
        return file;
    }
    NodePtr stored(const std::string& name)
    {
        auto file = create(name);
        EXPECT_TRUE(files_.write(file, {.offset = 0, .at_end = false, .from_page = false}, "text").has_value());
        EXPECT_TRUE(files_.release(file, true).has_value());
        return file;
    }
    void unlink(const NodePtr& file)
    {
        const auto key = names_.key_of(*file).value_or("");
        files_.orphan(file, store_->find(key));
    }
    bool any_is_written() const { return !files_.contents_made().has_value(); }

    test::TempDirectory directory_;
    std::unique_ptr<Store> store_ = std::move(*Store::open(directory_.path(), {}));
    NodeTable nodes_;
    PendingFiles pending_;
    Names names_{*store_, pending_};
    Files files_{*store_, nodes_, names_, pending_, Owner{}, std::uint64_t{1} << 20, [](const Node&, bool) {}};
};

TEST_F(ContentsTest, AFileIsWrittenFromItsOpeningToItsLastClose)
{
    const auto file = create("f");
    EXPECT_TRUE(any_is_written());
    EXPECT_TRUE(files_.release(file, true).has_value());
    EXPECT_FALSE(any_is_written());
}

TEST_F(ContentsTest, OneThatIsOpenWithoutANameDoesNotCount)
{
    const auto file = create("f");
    unlink(file);
    EXPECT_FALSE(any_is_written());
    EXPECT_TRUE(files_.release(file, true).has_value());
    EXPECT_FALSE(any_is_written());
}

TEST_F(ContentsTest, OneThatIsTruncatedWithoutANameAndAHandleDoesNotCount)
{
    const auto file = stored("f");
    unlink(file);
    EXPECT_TRUE(files_.change(file, {.size = 1}).has_value());
    EXPECT_EQ(files_.attributes(file)->size, 1U);
    EXPECT_FALSE(any_is_written());
}

}  // namespace
}  // namespace bytestore::fs
