// The files of .control, but for apply and what metrics says: design 6.
#include "fs/control/log_level_file.h"
#include "tests/support/faulty_files.h"
#include "tests/support/files.h"
#include "tests/vfs/mount.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <regex>
#include <set>

namespace bytestore::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

const std::set<std::string> kWritable{"apply", "compact", "log-level", "sync"};

class Control : public ::testing::Test {
protected:
    static std::string path(const std::string& name) { return ".control/" + name; }
    std::string last_error() { return mount.read(".control/last-error"); }

    Mount mount;
};

TEST_F(Control, IsReachableAndNotListed)
{
    EXPECT_THAT(mount.ls(""), ElementsAre());
    EXPECT_THAT(mount.ls(".control"), Contains("stats"));
    EXPECT_EQ(mount.stat(".control")->mode, 0700);
    EXPECT_EQ(mount.read(".control/none"), "errno 2");
}

TEST_F(Control, EveryFileSaysWhetherItTakesWritesAndIsNotCached)
{
    for (const auto& name : mount.ls(".control")) {
        const auto attributes = mount.stat(path(name));
        EXPECT_TRUE(attributes->changes_by_itself) << name;
        EXPECT_EQ(attributes->mode, kWritable.contains(name) ? 0600 : 0400) << name;
    }
}

TEST_F(Control, CannotBeChanged)
{
    mount.write("f", "x");
    mount.mkdir("d");
    for (const std::string name : {"stats", "apply", "new"}) {
        for (const std::string& target : {std::string(".control"), path(name)}) {
            EXPECT_EQ(mount.mkdir(target), EPERM) << target;
            EXPECT_EQ(mount.symlink("t", target), EPERM) << target;
            EXPECT_EQ(mount.rm(target), EPERM) << target;
            EXPECT_EQ(mount.rmdir(target), EPERM) << target;
            EXPECT_EQ(mount.mv(target, "moved"), EPERM) << target;
            EXPECT_EQ(mount.mv("f", target), EPERM) << target;
            EXPECT_EQ(mount.mv("d", target, fs::RenameMode::exchange), EPERM) << target;
        }
    }
    EXPECT_EQ(mount.write(".control/new", "x"), EPERM);
    for (const auto& name : mount.ls(".control")) {
        EXPECT_EQ(mount.change(path(name), {.mode = 0666}), EPERM) << name;
        EXPECT_EQ(mount.change(path(name), {.uid = 1}), EPERM) << name;
        EXPECT_EQ(mount.change(path(name), {.atime = 1, .mtime = 1}), EPERM) << name;
    }
    EXPECT_EQ(mount.change(".control", {.atime = 1, .mtime = 1}), EPERM);
}

TEST_F(Control, TruncationMeansNothingToAFileThatIsWrittenAndIsRefusedByTheOthers)
{
    for (const auto& name : mount.ls(".control")) {
        const int expected = kWritable.contains(name) ? 0 : EACCES;
        const auto before = mount.read(path(name));
        EXPECT_EQ(mount.change(path(name), {.size = 0}), expected) << name;
        for (const bool writes : {false, true}) {
            const fs::OpenRequest request{.reads = false, .writes = writes, .truncate = true};
            auto opened = mount.filesystem().open(mount.ino(path(name)), request);
            EXPECT_EQ(errno_of(opened), expected) << name;
            if (opened) {
                EXPECT_EQ(OpenFile(mount.filesystem(), std::move(*opened)).close(), 0);
            }
        }
        EXPECT_EQ(mount.write(path(name), ""), expected) << name;
        EXPECT_EQ(mount.read(path(name)), before);
    }
}

TEST_F(Control, AKeyOfThatNameIsShownElsewhere)
{
    EXPECT_TRUE(mount.store().set(".control", "v", {}).has_value());
    EXPECT_EQ(mount.read("%.control"), "v");
    EXPECT_THAT(mount.ls(""), ElementsAre("%.control"));
}

TEST_F(Control, FilesAreAsLongAsTheySay)
{
    mount.write("f", "x");
    mount.write(".control/compact", "no");
    for (const auto& name : mount.ls(".control")) {
        const auto size = mount.stat(path(name))->size;
        EXPECT_EQ(mount.read(path(name)).size(), size) << name;
    }
}

TEST_F(Control, AnOpenFileIsASnapshot)
{
    auto stats = mount.open_to_read(".control/stats");
    const auto before = stats.read();
    mount.write("f", "x");
    EXPECT_EQ(stats.read(), before);
    EXPECT_EQ(stats.read(10, 5), before.substr(10, 5));
    EXPECT_NE(mount.read(".control/stats"), before);
}

TEST_F(Control, AWriteIsOneCommandAndAnswersItsResult)
{
    mount.write("f", "a");
    mount.write("f", "b");
    for (const std::string name : {"compact", "sync"}) {
        for (const std::string good : {"1", "1\n", "1 \r\n"}) {
            EXPECT_EQ(mount.write(path(name), good), 0) << good;
            EXPECT_EQ(mount.append(path(name), good), 0) << good;
        }
        for (const std::string bad : {"2\n", "0", "\n", " ", "11", "1\n1\n", " 1"}) {
            EXPECT_EQ(mount.write(path(name), bad), EINVAL) << bad;
        }
    }
    EXPECT_EQ(mount.records().size(), 1);
    EXPECT_EQ(mount.read("f"), "b");
}

TEST_F(Control, FsyncOfAnyOfThemSyncsTheStore)
{
    for (const auto& name : mount.ls(".control")) {
        mount.write("f", name);
        const auto before = mount.store().stats().syncs;
        EXPECT_EQ(mount.open_to_read(path(name)).sync(), 0);
        EXPECT_EQ(mount.store().stats().syncs, before + 1) << name;
    }
}

TEST_F(Control, TheLogLevelIsShownAndSetByName)
{
    EXPECT_EQ(mount.read(".control/log-level"), "info\n");
    for (const auto level : {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
        const std::string name(fs::log_level_name(level));
        std::string upper = name;
        std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
        for (const std::string& text : {name, upper, name + "\n", name + " \n"}) {
            mount.log_level() = level == LogLevel::info ? LogLevel::error : LogLevel::info;
            EXPECT_EQ(mount.write(".control/log-level", text), 0) << text;
            EXPECT_EQ(mount.log_level(), level) << text;
        }
        EXPECT_EQ(mount.read(".control/log-level"), name + "\n");
    }
    for (const std::string text : {"\n", "warn", "infos", "inf", " info", "1", "info info", "off"}) {
        EXPECT_EQ(mount.write(".control/log-level", text), EINVAL) << text;
        EXPECT_EQ(mount.log_level(), LogLevel::error);
    }
}

TEST_F(Control, TheLastErrorIsThatOfTheLastCommandThatFailed)
{
    const std::string time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z ";
    EXPECT_EQ(last_error(), "");
    EXPECT_EQ(mount.write(".control/compact", "2"), EINVAL);
    EXPECT_THAT(last_error(), MatchesRegex(time + "EINVAL: compact: takes 1, and nothing else\n"));
    EXPECT_EQ(mount.write(".control/log-level", "loud\n"), EINVAL);
    const auto loud = last_error();
    EXPECT_THAT(loud, MatchesRegex(time + "EINVAL: log-level: takes one of trace, .*, error\n"));
    EXPECT_EQ(mount.write(".control/compact", "1"), 0);
    EXPECT_EQ(last_error(), loud);
    EXPECT_EQ(mount.write(".control/apply", "\x01\t\x7f\n"), EINVAL);
    EXPECT_THAT(last_error(), MatchesRegex(time + "EINVAL: apply: line 1: .*\n"));
}

TEST(LastError, IsOneLineOfBoundedLengthWhateverTheMessage)
{
    fs::LastError last;
    for (std::size_t size = 900; size < 1200; ++size) {
        last.note("what", {.code = Errc::no_space, .message = "a\nb\x1b\x7f" + std::string(size, 'x')}, 0);
        const auto text = last.text();
        EXPECT_LE(text.size(), fs::kLongestLastError);
        EXPECT_THAT(text, testing::StartsWith("1970-01-01T00:00:00Z ENOSPC: what: a\\x0ab\\x1b\\x7fxxx"));
        EXPECT_EQ(text.find('\n'), text.size() - 1);
        EXPECT_TRUE(text.size() == fs::kLongestLastError || text.ends_with(std::string(size, 'x') + "\n")) << size;
        // A character is not cut.
        last.note("", {.code = Errc::io, .message = std::string(size, 'x') + "\u00e9\u20ac\U0001f600"}, 0);
        EXPECT_TRUE(format::is_valid_utf8(last.text())) << size;
    }
    EXPECT_EQ(last.count(), 600);
}

// A shell would not tell of it.
TEST(LastError, TellsOfACommitThatFailedAtAClose)
{
    std::atomic<bool> full = false;
    FaultyFiles files({.before = [&](const FileCall& call) -> std::optional<Fault> {
                           return full && call.call == Call::write ? std::optional(Fault{.os_error = ENOSPC})
                                                                   : std::nullopt;
                       },
                       .after = {}});
    Mount mount(without_compaction(), files);
    auto file = mount.create("f");
    EXPECT_EQ(file.write(0, "x"), 0);
    full = true;
    EXPECT_EQ(file.close(), ENOSPC);
    EXPECT_THAT(mount.read(".control/last-error"), HasSubstr(" ENOSPC: close: "));
    full = false;
}

// `.It Pa stats` in the section about .control.
std::set<std::string> files_in_manual()
{
    const auto page = read_file(MANUAL);
    const auto begin = page.find("\n.Sh CONTROL FILES\n");
    const auto section = page.substr(begin, page.find("\n.Sh ", begin + 1) - begin);
    const std::regex item("\n\\.It Pa ([a-z.-]+)");
    std::set<std::string> names;
    for (std::sregex_iterator match(section.begin(), section.end(), item), end; match != end; ++match) {
        names.insert((*match)[1]);
    }
    return names;
}

TEST_F(Control, TheManualTellsOfEveryFileAndOfNoOther)
{
    EXPECT_THAT(mount.ls(".control"), testing::ElementsAreArray(files_in_manual()));
}

}  // namespace
}  // namespace bytestore::test
