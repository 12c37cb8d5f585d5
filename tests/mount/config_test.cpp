// What .control/config shows are mount options, and all of them.
#include "fs/fuse/config.h"

#include "fs/fuse/option_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace bytestore::fuse {
namespace {

MountOptions parsed(const std::string& options)
{
    const std::vector<const char*> argv{"bytestore-mount", "data", "mnt", "-o", options.c_str()};
    auto found = parse_options(static_cast<int>(argv.size()), argv.data());
    EXPECT_TRUE(found) << options;
    return found.value_or(MountOptions{});
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string joined(const std::string& config)
{
    std::string options;
    for (const auto& line : lines_of(config)) {
        options += (options.empty() ? "" : ",") + line;
    }
    return options;
}

// Every option, with a value that is not its default.
const std::vector<std::string> kGiven{"sync=never",     "sync_interval=7",     "max_value=77", "segment_size=8192",
                                      "compact_dead=7", "compact_threshold=0", "max_dirty=99", "uid=7",
                                      "gid=8",          "fsname=a\\,b\\\\",    "allow_other",  "default_permissions",
                                      "spin=7",         "no_io_uring"};

TEST(ConfigTest, every_option_of_the_table_is_shown_as_it_was_given_and_nothing_else)
{
    for (const std::string access : {"ro", "rw"}) {
        auto given = kGiven;
        given.push_back(access);
        given.emplace_back("nodev");
        std::string options;
        for (const auto& option : given) {
            options += (options.empty() ? "" : ",") + option;
        }
        EXPECT_THAT(lines_of(config_text(parsed(options))), testing::UnorderedElementsAreArray(given));
    }
    constexpr std::size_t kOtherWords = 4;  // ro, rw, sync for sync=always, and io_uring
    EXPECT_EQ(kGiven.size() + kOtherWords, mount_option_table().size());
}

TEST(ConfigTest, given_back_it_means_the_same)
{
    for (const std::string options :
         {"ro", "sync", "rw,exec,suid", "sync=always,max_value=1G", "uid=0,gid=0,allow_other"}) {
        const auto config = config_text(parsed(options));
        EXPECT_EQ(config_text(parsed(joined(config))), config) << options;
    }
}

TEST(ConfigTest, any_byte_of_a_name_survives)
{
    for (int byte = 1; byte < 256; ++byte) {
        MountOptions options;
        options.fsname = std::string("a") + static_cast<char>(byte) + "7";
        const auto config = config_text(options);
        EXPECT_EQ(parsed(joined(config)).fsname, options.fsname) << byte;
    }
}

}  // namespace
}  // namespace bytestore::fuse
