#include "fs/fuse/mount_point.h"

#include "fs/mount_table.h"
#include "tests/support/files.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace bytestore::fuse {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class PlacesTest : public testing::Test {
protected:
    PlacesTest()
    {
        std::filesystem::create_directories(at("data/in"));
        std::filesystem::create_directories(at("mnt/in"));
        test::write_file(at("file"), "");
        std::filesystem::create_directory_symlink("data", at("link"));
        std::filesystem::create_symlink("nowhere", at("dangling"));
    }

    std::string at(const std::string& name) const { return directory_ / name; }
    Result<Places> check(const std::string& data_dir, const std::string& mount_point) const
    {
        return check_places(at(data_dir), at(mount_point));
    }
    void expect_refused(const std::string& data_dir, const std::string& mount_point, Errc code, const std::string& says)
    {
        const auto places = check(data_dir, mount_point);
        ASSERT_FALSE(places) << data_dir << ' ' << mount_point;
        EXPECT_EQ(places.error().code, code) << places.error().message;
        EXPECT_THAT(places.error().message, HasSubstr(says));
    }
    void expect_good(const std::string& data_dir, const std::string& mount_point, const std::string& real_data_dir)
    {
        const auto places = check(data_dir, mount_point);
        ASSERT_TRUE(places) << places.error().message;
        EXPECT_EQ(places->data_dir, real(real_data_dir));
        EXPECT_EQ(places->mount_point, real("mnt"));
    }

private:
    std::string real(const std::string& name) const { return std::filesystem::canonical(directory_.path()) / name; }

    test::TempDirectory directory_;
};

TEST_F(PlacesTest, are_absolute_and_without_links)
{
    expect_good("data", "mnt", "data");
    expect_good("data/", "mnt//", "data");
    expect_good("link", "./data/../mnt", "data");
    expect_good("data/in/..", "mnt", "data");
}

TEST_F(PlacesTest, the_data_directory_may_be_missing_and_is_not_made)
{
    expect_good("new", "mnt", "new");
    expect_good("new///", "mnt", "new");
    expect_good("link/new", "mnt", "data/new");
    EXPECT_FALSE(std::filesystem::exists(at("new")));
}

TEST_F(PlacesTest, the_data_directory_needs_a_parent)
{
    expect_refused("no/new", "mnt", Errc::not_a_store, at("no/new"));
    expect_refused("dangling", "mnt", Errc::not_a_store, at("dangling"));
    expect_refused("file", "mnt", Errc::not_a_store, at("file"));
    expect_refused("file/new", "mnt", Errc::not_directory, at("file"));
}

TEST_F(PlacesTest, the_mount_point_must_be_a_directory)
{
    expect_refused("new", "no", Errc::not_found, "mkdir " + at("no"));
    expect_refused("new", "file", Errc::not_directory, at("file"));
    expect_refused("new", "dangling", Errc::not_found, at("dangling"));
    EXPECT_FALSE(std::filesystem::exists(at("new")));
}

TEST_F(PlacesTest, neither_may_hold_the_other)
{
    for (const std::string name : {"data", "link", "data/", "data/in/.."}) {
        expect_refused(name, "data", Errc::busy, "the same");
        expect_refused(name, "link/in", Errc::busy, "lies inside the data directory");
        expect_refused("mnt/in", name + "/../mnt", Errc::busy, "lies inside the mount point");
    }
    expect_refused("mnt/new", "mnt", Errc::busy, "lies inside the mount point");
}

TEST_F(PlacesTest, the_root_holds_everything)
{
    EXPECT_THAT(check_places(at("data"), "/").error().message, HasSubstr("lies inside the mount point /"));
    EXPECT_THAT(check_places("/", at("mnt")).error().message, HasSubstr("lies inside the data directory /"));
}

TEST_F(PlacesTest, a_name_that_begins_alike_is_not_inside)
{
    std::filesystem::create_directory(at("mnt2"));
    expect_good("mnt2", "mnt", "mnt2");
}

TEST_F(PlacesTest, empty_names_are_refused)
{
    EXPECT_EQ(check_places("", at("mnt")).error().code, Errc::invalid);
    EXPECT_EQ(check_places(at("data"), "").error().code, Errc::invalid);
}

TEST(MountTableTest, finds_what_is_mounted_on_exactly_a_directory)
{
    const auto proc = fs::mount_on("/proc");
    ASSERT_TRUE(proc && *proc);
    EXPECT_EQ((*proc)->type, "proc");
    EXPECT_FALSE((*proc)->ours());
    const auto self = fs::mount_on("/proc/self");
    ASSERT_TRUE(self);
    EXPECT_FALSE(*self);
}

}  // namespace
}  // namespace bytestore::fuse
