#include "fs/fuse/options.h"

#include "fs/fuse/option_table.h"
#include "fs/fuse/option_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace bytestore::fuse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Words = std::vector<std::string>;

Result<MountOptions> parse(const Words& words, const char* program = "bytestore-mount")
{
    std::vector<const char*> argv{program};
    for (const auto& word : words) {
        argv.push_back(word.c_str());
    }
    return parse_options(static_cast<int>(argv.size()), argv.data());
}

// What mount(8) hands to a helper.
Result<MountOptions> parse_helper(Words words)
{
    words.insert(words.begin(), {"data", "mnt"});
    return parse(words, "/sbin/mount.fuse.bytestore");
}

MountOptions accept(const std::string& option)
{
    auto options = parse({"data", "mnt", "-o", option});
    EXPECT_TRUE(options) << option;
    return options.value_or(MountOptions{});
}

void expect_refused(const Result<MountOptions>& options, const std::string& named)
{
    ASSERT_FALSE(options) << named;
    EXPECT_EQ(options.error().code, Errc::invalid);
    EXPECT_THAT(options.error().message, HasSubstr(named));
    EXPECT_EQ(options.error().message.find('\n'), std::string::npos) << named;
}

TEST(MountOptionsTest, the_defaults_are_those_of_the_store)
{
    const auto options = parse({"data", "mnt"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->data_dir, "data");
    EXPECT_EQ(options->mount_point, "mnt");
    EXPECT_FALSE(options->foreground || options->debug || options->verbose || options->fake || options->allow_other);
    EXPECT_FALSE(options->uid || options->gid);
    EXPECT_EQ(options->store.max_value, Options{}.max_value);
    EXPECT_EQ(options->store.segment_size, Options{}.segment_size);
}

TEST(MountOptionsTest, options_stand_before_between_or_after_the_places)
{
    std::vector<Words> groups{{"-f"}, {"-o", "ro,uid=7"}, {"-osync=never"}, {"1data"}, {"2mnt"}};
    std::ranges::sort(groups);
    do {
        Words words;
        for (const auto& group : groups) {
            words.insert(words.end(), group.begin(), group.end());
        }
        const auto options = parse(words);
        ASSERT_TRUE(options) << testing::PrintToString(words);
        EXPECT_TRUE(options->foreground && options->store.read_only && options->uid == 7U);
        EXPECT_EQ(options->store.sync, SyncMode::never);
        EXPECT_EQ(std::min(options->data_dir, options->mount_point) + std::max(options->data_dir, options->mount_point),
                  "1data2mnt");
    } while (std::ranges::next_permutation(groups).found);
}

TEST(MountOptionsTest, each_option_sets_what_it_names)
{
    EXPECT_TRUE(accept("ro").store.read_only);
    EXPECT_FALSE(accept("ro,rw").store.read_only);
    EXPECT_EQ(accept("sync=always").store.sync, SyncMode::always);
    EXPECT_EQ(accept("sync=interval").store.sync, SyncMode::interval);
    EXPECT_EQ(accept("sync_interval=250").store.sync_interval, std::chrono::milliseconds(250));
    EXPECT_EQ(accept("max_value=1G").store.max_value, std::uint64_t{1} << 30);
    EXPECT_EQ(accept("segment_size=4K").store.segment_size, 4096U);
    EXPECT_EQ(accept("compact_threshold=0").store.compaction_threshold, 0U);
    EXPECT_EQ(accept("compact_dead=100").store.compaction_dead_percent, 100U);
    EXPECT_EQ(accept("gid=0").gid, 0U);
    EXPECT_EQ(accept("fsname=a=b").fsname, "a=b");
    EXPECT_TRUE(accept("allow_other").allow_other);
}

TEST(MountOptionsTest, the_last_of_several_values_counts)
{
    EXPECT_EQ(accept("uid=1,uid=2").uid, 2U);
    EXPECT_EQ(parse({"-o", "uid=1", "data", "mnt", "-o", "uid=3"})->uid, 3U);
}

TEST(MountOptionsTest, an_escaped_comma_belongs_to_the_value)
{
    EXPECT_EQ(accept("fsname=a\\,b,uid=1").fsname, "a,b");
}

TEST(MountOptionsTest, debugging_implies_the_foreground)
{
    const auto options = parse({"-d", "data", "mnt"});
    ASSERT_TRUE(options);
    EXPECT_TRUE(options->debug && options->foreground && options->verbose);
}

TEST(MountOptionsTest, flags_for_the_kernel_keep_their_order)
{
    EXPECT_THAT(accept("nodev,dev,ro,noexec,suid").flags, ElementsAre("nodev", "dev", "noexec", "suid"));
}

TEST(MountOptionsTest, notes_of_fstab_are_ignored)
{
    for (const std::string name : ignored_table()) {
        EXPECT_TRUE(parse({"data", "mnt", "-o", name})) << name;
    }
    EXPECT_TRUE(accept("x-systemd.automount,,X-mount.mkdir=0755,comment=a b,default_permissions").flags.empty());
}

TEST(MountOptionsTest, a_remount_is_refused_with_what_to_do_instead)
{
    expect_refused(parse_helper({"-o", "rw,remount"}), "unmount, and mount again");
}

TEST(MountOptionsTest, what_is_unknown_or_out_of_range_is_named)
{
    for (const std::string option : {"foo",
                                     "ro=1",
                                     "rwx",
                                     "max_dirty=0",
                                     "sync=",
                                     "sync=Always",
                                     "max_value=0",
                                     "max_value=-1",
                                     "max_value=+1",
                                     "max_value=1T",
                                     "max_value=2G",
                                     "max_value=K",
                                     "max_value= 1",
                                     "max_value=18446744073709551617",
                                     "max_value=18014398509481985K",
                                     "segment_size=1K",
                                     "compact_threshold=1.5",
                                     "compact_dead=101",
                                     "sync_interval=0",
                                     "uid=root",
                                     "uid=4294967295",
                                     "gid=-1",
                                     "allow_root",
                                     "remount"}) {
        expect_refused(parse({"data", "mnt", "-o", "rw," + option + ",rw"}), option);
    }
    for (const std::string flag : {"-x", "--foo", "-fd", "-n", "-t"}) {
        expect_refused(parse({flag, "data", "mnt"}), flag);
    }
}

TEST(MountOptionsTest, both_places_are_wanted_and_no_more)
{
    expect_refused(parse({}), "data directory");
    expect_refused(parse({"data"}), "mount point");
    expect_refused(parse({"data", "mnt", "more"}), "more");
    expect_refused(parse({"data", "mnt", "-o"}), "-o");
    EXPECT_FALSE(parse_options(0, nullptr));
}

TEST(MountOptionsTest, behind_two_dashes_everything_is_a_place)
{
    const auto options = parse({"--", "-f", "-d"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->data_dir, "-f");
    EXPECT_EQ(options->mount_point, "-d");
}

TEST(MountOptionsTest, help_and_version_need_no_places)
{
    EXPECT_EQ(parse({"-h"})->action, MountOptions::Action::help);
    EXPECT_EQ(parse({"--help"})->action, MountOptions::Action::help);
    EXPECT_EQ(parse({"-V"})->action, MountOptions::Action::version);
    EXPECT_EQ(parse({"--version"})->action, MountOptions::Action::version);
    EXPECT_THAT(version_text(), HasSubstr(BYTESTORE_VERSION));
}

TEST(MountOptionsTest, called_by_mount_f_is_fake_and_its_flags_are_known)
{
    const auto options = parse_helper({"-s", "-f", "-n", "-v", "-t", "fuse.bytestore", "-o", "rw"});
    ASSERT_TRUE(options);
    EXPECT_TRUE(options->fake && options->verbose);
    EXPECT_FALSE(options->foreground);
    expect_refused(parse_helper({"-o", "foo"}), "foo");
}

RC_GTEST_PROP(MountOptionsTest, any_option_is_taken_or_refused, (const std::string& text))
{
    const std::string option = text.substr(0, text.find('\0'));
    const auto options = parse({"data", "mnt", "-o", option});
    RC_ASSERT((options ? options->mount_point == "mnt" : options.error().code == Errc::invalid));
}

RC_GTEST_PROP(OptionValuesTest, a_number_is_read_back_as_it_was_printed, (std::uint64_t number))
{
    RC_ASSERT(parse_number(std::to_string(number), 0, UINT64_MAX).value_or(number + 1) == number);
    RC_ASSERT(parse_bytes(std::to_string(number), 0, UINT64_MAX).value_or(number + 1) == number);
}

RC_GTEST_PROP(OptionValuesTest, bytes_are_taken_exactly_in_their_range, ())
{
    const auto number = *rc::gen::inRange<std::uint64_t>(0, 200000);
    std::uint64_t unit = 1;
    for (const char* suffix : {"", "K", "M", "G"}) {
        const auto bytes = parse_bytes(std::to_string(number) + suffix, 10, 100000);
        const bool in_range = number * unit >= 10 && number * unit <= 100000;
        RC_ASSERT((bytes ? in_range && *bytes == number * unit : !in_range));
        unit *= 1024;
    }
}

}  // namespace
}  // namespace bytestore::fuse
