// Directories, listings, and inode numbers: design 4 and 5.
#include "tests/vfs/mount.h"

#include "fs/mapping.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <random>
#include <set>
#include <thread>

namespace bytestore::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class Directories : public ::testing::Test {
protected:
    void set(const std::string& key, const std::string& value = "v")
    {
        EXPECT_TRUE(mount.store().set(key, value, {}).has_value());
    }

    Mount mount;
};

TEST_F(Directories, EmptiedDirectoriesStay)
{
    set("a:b:x");
    set("a:b:y");
    EXPECT_EQ(mount.rm("a/b/x") + mount.rm("a/b/y"), 0);
    for (int i = 0; i < 2; ++i, mount.remount()) {
        EXPECT_THAT(mount.ls("a/b"), ElementsAre());
        EXPECT_THAT(mount.ls("a"), ElementsAre("b"));
    }
    EXPECT_EQ(mount.write("a/b/z", "z"), 0);
    EXPECT_EQ(mount.rm("a/b/z") + mount.rmdir("a/b"), 0);
    EXPECT_THAT(mount.ls("a"), ElementsAre());
    EXPECT_EQ(mount.rmdir("a"), 0);
    EXPECT_THAT(mount.ls(""), ElementsAre());
}

TEST_F(Directories, TheTimeOfOneThatMkdirMadeOutlivesWhatTheKernelKnows)
{
    mount.mkdir("d");
    mount.write("d/f", "x");
    mount.mv("d", "e");
    const auto before = *mount.stat("e");
    for (int i = 0; i < 2; ++i, mount.remount()) {
        mount.forget_names();
        EXPECT_EQ(mount.stat("e")->mtime, before.mtime);
        EXPECT_EQ(mount.stat("e")->ctime, before.ctime);
        EXPECT_GT(before.ctime, before.mtime);
    }
}

TEST_F(Directories, AMarkerIsWrittenInTheBatchOfTheLastRemoval)
{
    set("a:x");
    mount.rm("a/x");
    const auto records = mount.records();
    ASSERT_EQ(records.size(), 3);
    EXPECT_THAT(records[1], ::testing::HasSubstr(R"("b":"1/2")"));
    EXPECT_THAT(records[2], ::testing::HasSubstr(R"("b":"2/2")"));
}

TEST_F(Directories, WhoseMarkerIsTakenAwayBesideTheMountAreMarkedAgain)
{
    mount.mkdir("d");
    mount.write("d/a", "x");
    mount.write("d/b", "x");
    mount.rm("d/a");
    EXPECT_EQ(mount.kvs_delete(std::string("d:\0", 3)), 0);
    mount.rm("d/b");
    EXPECT_THAT(mount.ls(""), ElementsAre("d"));
    mount.remount();
    EXPECT_THAT(mount.ls(""), ElementsAre("d"));
}

TEST_F(Directories, WhoseMarkerWouldBeTooLongGoWithTheirLastEntry)
{
    const std::string longest(kMaxKeyBytes - 1, 'k');
    set(longest + ":");
    EXPECT_EQ(mount.rm(fs::name_of_segment(longest, true) + "/%empty"), 0);
    mount.remount();
    EXPECT_THAT(mount.ls(""), IsEmpty());
}

// Such keys are never made by us.
TEST_F(Directories, NamedLikeAMarkerDoNotShowItAsTheirValue)
{
    const std::string marker("d:\0", 3);
    set(marker);
    set(marker + ":x");
    const auto names = mount.ls("d");
    ASSERT_EQ(names.size(), 1);
    const auto directory = "d/" + names.front();
    EXPECT_THAT(mount.ls(directory), ElementsAre("x"));
    EXPECT_EQ(mount.rm(directory + "/x"), 0);
    EXPECT_THAT(mount.ls(directory), IsEmpty());
    EXPECT_EQ(mount.rmdir(directory), 0);
    EXPECT_EQ(mount.rmdir("d"), 0);
}

TEST_F(Directories, AreRemovedOnlyWhenEmpty)
{
    mount.mkdir("d");
    const auto full = [&] { EXPECT_EQ(mount.rmdir("d"), ENOTEMPTY); };
    mount.write("d/f", "x");
    full();
    EXPECT_EQ(mount.mv("d/f", "d/%value"), 0);
    full();
    EXPECT_EQ(mount.rm("d/%value"), 0);
    {
        auto pending = mount.create("d/f");
        full();
        EXPECT_EQ(mount.rm("d/f"), 0);
    }
    {
        auto pending = mount.create("d/%value");
        full();
        EXPECT_EQ(mount.rm("d/%value"), 0);
    }
    mount.mkdir("d/e");
    full();
    EXPECT_EQ(mount.rmdir("d/e") + mount.rmdir("d"), 0);
    EXPECT_EQ(mount.rmdir("d"), ENOENT);
}

TEST_F(Directories, KindsAreNotMixedUp)
{
    mount.write("f", "x");
    mount.mkdir("d");
    EXPECT_EQ(mount.mkdir("f"), EEXIST);
    EXPECT_EQ(mount.mkdir("d"), EEXIST);
    EXPECT_EQ(mount.symlink("t", "d"), EEXIST);
    EXPECT_EQ(mount.mkdir("f/d"), ENOTDIR);
    EXPECT_EQ(mount.rm("d"), EISDIR);
    EXPECT_EQ(mount.rmdir("f"), ENOTDIR);
    EXPECT_EQ(mount.rmdir(""), ENOENT);
    auto pending = mount.create("p");
    EXPECT_EQ(mount.mkdir("p"), EEXIST);
}

TEST_F(Directories, TheValueOfADirectoryIsAFileInIt)
{
    set("a", "value");
    set("a:b");
    EXPECT_THAT(mount.ls(""), ElementsAre("a"));
    EXPECT_THAT(mount.ls("a"), ElementsAre("%value", "b"));
    EXPECT_EQ(mount.read("a/%value"), "value");
    EXPECT_EQ(mount.append("a/%value", "!"), 0);
    EXPECT_EQ(mount.after_crash("a"), "value!");
    EXPECT_EQ(mount.rm("a/b"), 0);
    EXPECT_THAT(mount.ls("a"), ElementsAre("%value"));
    EXPECT_EQ(mount.rm("a/%value"), 0);
    EXPECT_EQ(mount.write("a/%value", "new"), 0);
    EXPECT_EQ(mount.mkdir("a/%value"), EEXIST);
    EXPECT_EQ(mount.rm("a/%value"), 0);
    EXPECT_EQ(mount.mkdir("a/%value"), EINVAL);
    EXPECT_EQ(mount.write("%value", "x"), EINVAL);
}

TEST_F(Directories, WhatMeansTheEmptyKeyCannotBeMade)
{
    mount.write("f", "x");
    EXPECT_EQ(mount.write("%empty", "x"), EINVAL);
    EXPECT_EQ(mount.symlink("t", "%empty"), EINVAL);
    EXPECT_EQ(mount.mv("f", "%empty"), EINVAL);
    EXPECT_EQ(mount.mkdir("%empty"), 0);
    EXPECT_EQ(mount.write("%empty/%value", "x"), EINVAL);
    EXPECT_EQ(mount.write("%empty/x", "x"), 0);
    EXPECT_EQ(mount.after_crash(":x"), "x");
    EXPECT_EQ(mount.symlink("\xff", "l"), EILSEQ);
}

TEST_F(Directories, OddKeysAreListedAndFoundUnderTheirNames)
{
    const std::vector<std::string> keys = {"a::b",
                                           ":a",
                                           "a:",
                                           ".:..",
                                           "..",
                                           "x/y",
                                           "x:y/z",
                                           "%empty",
                                           "%%dot",
                                           "%value:x",
                                           ".control",
                                           "z:.control",
                                           "user",
                                           "user-1",
                                           "user.x",
                                           "user1",
                                           "user:1",
                                           "sp ace\n",
                                           std::string(300, 'l'),
                                           std::string("q\0r", 3),
                                           "q:" + std::string(3000, 'm') + ":n",
                                           "\xc3\xa9:\xe2\x82\xac"};
    for (const auto& key : keys) {
        set(key, key);
    }
    const auto has_children = [&](std::string_view key) { return mount.store().any(std::string(key) + ":"); };
    for (const auto& key : keys) {
        const auto path = fs::path_of_key(key, has_children);
        EXPECT_EQ(mount.read(path), key) << path;
        const auto slash = path.rfind('/');
        const auto parent = slash == std::string::npos ? "" : path.substr(0, slash);
        EXPECT_THAT(mount.ls(parent), Contains(path.substr(slash + 1)));
    }
}

TEST_F(Directories, ConflictsAndNeighboursAreToldOnce)
{
    for (const auto* key : {"a", "a:b", "a-1", "a.x", "a1", "a:b:c"}) {
        set(key);
    }
    EXPECT_THAT(mount.ls(""), ElementsAre("a", "a-1", "a.x", "a1"));
    EXPECT_THAT(mount.ls("a"), ElementsAre("%value", "b"));
    EXPECT_THAT(mount.ls("a/b"), ElementsAre("%value", "c"));
}

TEST_F(Directories, TimesMoveInMemoryAndAreStoredWhenSet)
{
    mount.mkdir("d");
    const auto made = mount.stat("d")->mtime;
    mount.write("d/f", "x");
    const auto moved = mount.stat("d")->mtime;
    EXPECT_GT(moved, made);
    mount.rm("d/f");
    EXPECT_GT(mount.stat("d")->mtime, moved);
    EXPECT_EQ(mount.change("d", {.mode = 0700, .atime = 5, .mtime = 7}), 0);
    for (int i = 0; i < 2; ++i, mount.remount()) {
        EXPECT_EQ(mount.stat("d")->mtime, 7);
        EXPECT_EQ(mount.stat("d")->atime, 5);
        EXPECT_EQ(mount.stat("d")->mode, 0700);
    }
    EXPECT_EQ(mount.change("", {.mode = 0711}), 0);
    mount.remount();
    EXPECT_EQ(mount.stat("")->mode, 0711);
}

// The answer may not have come before the change was done, and the kernel would believe it.
TEST_F(Directories, ThatSomebodyAskedForBeforeAnEntryCameOrWentAreAskedForAgain)
{
    mount.mkdir("d");
    auto& filesystem = mount.filesystem();
    const auto d = mount.ino("d");
    const std::vector<std::function<void()>> changes = {
        [&] { ASSERT_TRUE(filesystem.make_directory(d, "a", 0755, kRootUser)); },
        [&] { ASSERT_TRUE(filesystem.make_link(d, "b", "target", kRootUser)); },
        [&] { ASSERT_TRUE(filesystem.rename(d, "b", d, "c", fs::RenameMode::replace)); },
        [&] { ASSERT_TRUE(filesystem.unlink(d, "c")); },
        [&] { ASSERT_TRUE(filesystem.remove_directory(d, "a")); },
        [&] {
            auto made = filesystem.create(d, "e", 0644, kRootUser, {.writes = true}, false);
            ASSERT_TRUE(made.has_value());
            OpenFile(filesystem, std::move(made->handle)).close();
        },
        [&] { ASSERT_TRUE(filesystem.unlink(d, "e")); },
    };
    for (const bool asked : {true, false}) {
        for (const auto& change : changes) {
            const auto before = mount.invalidated().attributes.size();
            if (asked) {
                ASSERT_TRUE(filesystem.attributes(d));
            }
            change();
            EXPECT_EQ(mount.invalidated().attributes.size(), before + (asked ? 1 : 0));
        }
    }
}

TEST_F(Directories, LinksCountSubdirectoriesWhoeverMakesThem)
{
    mount.mkdir("d");
    for (std::uint32_t i = 0; i < 4; ++i) {
        EXPECT_EQ(mount.stat("d")->links, 2 + i);
        i % 2 == 0 ? mount.mkdir("d/" + std::to_string(i)) : mount.kvs_set("d:" + std::to_string(i) + ":key", "");
        mount.write("d/file", "");
    }
    mount.kvs_delete("d:1:key");
    EXPECT_EQ(mount.stat("d")->links, 5);
    mount.mv("d/2", "2");
    EXPECT_EQ(mount.stat("d")->links, 4);
    mount.rmdir("d/0");
    EXPECT_EQ(mount.stat("d")->links, 3);
}

TEST_F(Directories, LinksOfLargeOnesAreNotCounted)
{
    mount.mkdir("d");
    for (int i = 0; i < 1000; ++i) {
        mount.mkdir("d/" + std::to_string(i));
    }
    mount.forget_names();
    EXPECT_EQ(mount.stat("d")->links, 1);
    mount.mkdir("d/x");
    mount.rmdir("d/0");
    EXPECT_EQ(mount.stat("d")->links, 1);
}

TEST_F(Directories, AnImplicitDirectoryHasATimeThatStays)
{
    EXPECT_TRUE(mount.store()
                    .set("i:k", "v", {.mtime = 42, .atime = {}, .ctime = {}, .mode = {}, .uid = {}, .gid = {}})
                    .has_value());
    for (int i = 0; i < 2; ++i, mount.remount()) {
        EXPECT_EQ(mount.stat("i")->mtime, 42);
        EXPECT_EQ(mount.stat("i")->mode, 0755);
    }
}

struct Entry {
    std::string name;
    fs::Ino ino = 0;
    fs::Type type = fs::Type::file;
    std::uint64_t cookie = 0;
};

// A reader of a directory, entry by entry.
class Reader {
public:
    Reader(Mount& mount, std::string_view path)
        : fs_(mount.filesystem()), handle_(std::move(*fs_.open_directory(mount.ino(path))))
    {
    }
    ~Reader() { fs_.release_directory(std::move(handle_)); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    std::optional<Entry> next()
    {
        std::optional<Entry> first;
        fs_.list(*handle_, cookie_, [&first](const fs::DirectoryEntry& entry) {
            const bool taken = !first;
            if (taken) {
                first = {std::string(entry.name), entry.ino, entry.type, entry.cookie};
            }
            return taken;
        });
        cookie_ = first ? first->cookie : cookie_;
        return first;
    }
    // The same with attributes.
    std::optional<fs::KnownEntry> next_known()
    {
        auto first = take_known(1);
        return first.empty() ? std::nullopt : std::optional(std::move(first.front()));
    }
    std::vector<fs::KnownEntry> take_known(std::size_t most)
    {
        auto entries = test::take_known(fs_, *handle_, cookie_, most);
        cookie_ = entries.empty() ? cookie_ : entries.back().cookie;
        return entries;
    }
    void seek(std::uint64_t cookie) { cookie_ = cookie; }
    bool is_kept() const { return handle_->listing_kept; }
    std::uint64_t last_cookie()
    {
        seek(0);
        rest();
        return cookie_;
    }
    // The names from here to the end.
    std::vector<std::string> rest()
    {
        std::vector<std::string> names;
        while (const auto entry = next()) {
            names.emplace_back(entry->name);
        }
        return names;
    }

private:
    fs::Filesystem& fs_;
    std::unique_ptr<fs::Handle> handle_;
    std::uint64_t cookie_ = 0;
};

class ListingsCompared : public Directories {
protected:
    void SetUp() override
    {
        Batch batch;
        for (const std::string key :
             {"d:file", "d:both", "d:both:below", "d:only:below", "d:%odd/", "d:", "d:..", "d", "d:other"}) {
            batch.set(key, key, {});
        }
        batch.set("d:link", "file", {}, Kind::link);
        ASSERT_TRUE(mount.store().apply(batch).has_value());
    }
    void expect_the_same_with_attributes();
};

void ListingsCompared::expect_the_same_with_attributes()
{
    Reader plain(mount, "d");
    Reader known(mount, "d");
    while (const auto entry = plain.next()) {
        const auto same = known.next_known();
        ASSERT_TRUE(same);
        EXPECT_EQ(same->name, entry->name);
        EXPECT_EQ(same->cookie, entry->cookie);
        EXPECT_EQ(same->attributes.ino, entry->ino) << entry->name;
        EXPECT_EQ(same->attributes.type, entry->type) << entry->name;
        if (same->looked_up) {
            const auto looked_up = mount.stat("d/" + entry->name);
            EXPECT_EQ(looked_up->size, same->attributes.size) << entry->name;
            EXPECT_EQ(looked_up->ino, same->attributes.ino) << entry->name;
        }
    }
    EXPECT_FALSE(known.next_known());
}

TEST_F(ListingsCompared, TellWithAttributesWhatTheOthersAndLookupTell)
{
    expect_the_same_with_attributes();
}

TEST_F(ListingsCompared, TellOfFilesThatAreNoRecordYetAsWell)
{
    const auto pending = mount.create("d/pending", 0600);
    expect_the_same_with_attributes();
}

TEST_F(ListingsCompared, TellNothingOfWhatWentMeanwhile)
{
    Reader plain(mount, "d");
    plain.next();
    mount.kvs_delete("d:file");
    EXPECT_EQ(mount.rm("d/link"), 0);
    expect_the_same_with_attributes();
}

class Listing : public Directories {
protected:
    // Keeps some entries and changes others while they are listed.
    void fill(int count)
    {
        Batch batch;
        for (int i = 0; i < count; ++i) {
            batch.set("d:keep" + std::to_string(i), "v", {});
            batch.set("d:other" + std::to_string(i), "v", {});
        }
        EXPECT_TRUE(mount.store().apply(batch).has_value());
    }
    void disturb()
    {
        const auto name = [&] { return "d/other" + std::to_string(random() % 300); };
        switch (random() % 4) {
            case 0:
                mount.write(name(), "x");
                break;
            case 1:
                mount.rm(name());
                break;
            case 2:
                mount.mv(name(), name());
                break;
            default:
                mount.ls("d");
        }
    }
    // In the store, without the marker.
    std::size_t names_below(const std::string& prefix)
    {
        const auto names = mount.store().list_names({.prefix = prefix, .delimiter = ':', .after = {}, .limit = 1000});
        std::set<std::string> distinct;
        for (std::size_t i = 0; i < names.size(); ++i) {
            distinct.emplace(names[i]);
        }
        return distinct.size() - distinct.count(std::string(fs::kMarkerSegment));
    }
    static void expect_all_once(const std::multiset<std::string>& told, int count)
    {
        for (int i = 0; i < count; ++i) {
            EXPECT_EQ(told.count("keep" + std::to_string(i)), 1) << i;
        }
        for (const auto& name : told) {
            EXPECT_EQ(told.count(name), 1) << name;
        }
    }

    // Of two readers of `count` entries that stay, between whom something changes after every `steps` entries.
    void expect_what_stays_once(int count, std::size_t steps)
    {
        Reader first(mount, "d");
        Reader second(mount, "d");
        std::multiset<std::string> told_first;
        std::multiset<std::string> told_second;
        bool more = true;
        for (std::size_t step = 1; more; ++step) {
            const auto a = first.next();
            const auto b = second.next();
            a ? told_first.emplace(a->name) : told_first.end();
            b ? told_second.emplace(b->name) : told_second.end();
            more = a || b;
            if (step % steps == 0) {
                disturb();
            }
        }
        expect_all_once(told_first, count);
        expect_all_once(told_second, count);
    }

    std::mt19937 random{1};
};

TEST_F(Listing, TellsWhatStaysOnceWhateverHappensMeanwhile)
{
    fill(200);
    for (int round = 0; round < 5; ++round) {
        expect_what_stays_once(200, 1);
    }
}

TEST_F(Listing, OfALargeDirectoryTellsWhatStaysOnceWhateverHappensMeanwhile)
{
    fill(2000);
    for (int round = 0; round < 10; ++round) {
        expect_what_stays_once(2000, 1 + random() % 500);
    }
}

// A first part of a large directory may end between a key and the keys below it.
TEST_F(Listing, TellsADirectoryOnceWhereverTheKeyStands)
{
    for (int before = 1010; before < 1030; ++before) {
        const auto directory = fmt::format("d{}", before);
        Batch batch;
        for (int i = 0; i < before; ++i) {
            batch.set(fmt::format("{}:a{}", directory, i), "v", {});
        }
        for (const auto* name : {"k", "k!1", "k!2", "k!3", "k:below", "k:below:k"}) {
            batch.set(fmt::format("{}:{}", directory, name), "v", {});
        }
        ASSERT_TRUE(mount.store().apply(batch).has_value());
        auto pending = mount.create(directory + "/pending");
        Reader reader(mount, directory);
        std::multiset<std::string> told;
        for (auto entry = reader.next(); entry; entry = reader.next()) {
            told.insert(entry->name);
            EXPECT_EQ(entry->type == fs::Type::directory, entry->name == "k" || entry->name.starts_with("."));
            const auto there = entry->name.starts_with(".") ? entry->ino : mount.ino(directory + "/" + entry->name);
            EXPECT_EQ(entry->ino, there) << entry->name;
            if (told.size() == 10) {
                EXPECT_EQ(pending.close(), 0);
            }
        }
        EXPECT_EQ(told.size(), before + 7);
        EXPECT_EQ(std::set(told.begin(), told.end()).size(), told.size());
    }
}

// Names that the index is not asked for again are those of now, whatever changed.
TEST_F(Listing, OfAForgottenDirectoryIsThatOfNow)
{
    const auto some = [&] { return "k" + std::to_string(random() % 5); };
    const auto dir = [&] { return random() % 2 == 0 ? "d" : "e"; };
    const std::vector<std::function<void()>> changes{
        [&] { mount.write(fmt::format("{}/{}", dir(), some()), "x"); },
        [&] { mount.rm(fmt::format("{}/{}", dir(), some())); },
        [&] { mount.mv(fmt::format("{}/{}", dir(), some()), fmt::format("{}/{}", dir(), some())); },
        [&] { mount.mkdir(fmt::format("{}/{}", dir(), some())); },
        [&] { mount.rmdir(fmt::format("{}/{}", dir(), some())); },
        [&] { mount.mv("d", "e", fs::RenameMode::exchange); },
        [&] { mount.kvs_set(fmt::format("{}:{}", dir(), some()), "x"); },
        [&] { mount.kvs_delete(fmt::format("{}:{}", dir(), some())); },
        [] {},
    };
    mount.mkdir("d");
    mount.mkdir("e");
    for (int round = 0; round < 2000; ++round) {
        changes[random() % changes.size()]();
        mount.rm("d/pending");  // a record since it was closed
        mount.forget_names();
        const auto pending = random() % 8 == 0 ? std::optional(mount.create("d/pending")) : std::nullopt;
        const auto listed = mount.ls("d");
        EXPECT_EQ(std::ranges::count(listed, "pending"), pending ? 1 : 0) << round;
        EXPECT_EQ(listed.size() - (pending ? 1 : 0), names_below("d:")) << round;
        for (const auto& name : listed) {
            EXPECT_TRUE(mount.find("d/" + name)) << round << ": " << name;
        }
    }
}

TEST_F(Listing, EveryCookieCanBeSoughtAgain)
{
    fill(30);
    Reader reader(mount, "d");
    std::vector<Entry> entries;
    while (auto entry = reader.next()) {
        entries.push_back(*entry);
    }
    for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
        disturb();
        reader.seek(entries[i].cookie);
        const auto rest = reader.rest();
        for (std::size_t k = i + 1; k < entries.size(); ++k) {
            if (entries[k].name.starts_with("keep")) {
                EXPECT_THAT(rest, Contains(entries[k].name).Times(1));
            }
        }
    }
}

TEST_F(Listing, IsKeptUntilItsNamesChange)
{
    fill(3);
    const auto is_kept = [&] { return Reader(mount, "d").is_kept(); };
    const std::vector<std::function<void()>> changes{
        [&] { mount.write("d/new", "x"); },      [&] { mount.rm("d/new"); },
        [&] { mount.mkdir("d/sub"); },           [&] { mount.rmdir("d/sub"); },
        [&] { mount.symlink("x", "d/link"); },   [&] { mount.mv("d/link", "d/moved"); },
        [&] { mount.mv("d/moved", "moved"); },   [&] { mount.mv("moved", "d/keep0", fs::RenameMode::exchange); },
        [&] { mount.kvs_set("d:beside", "x"); }, [&] { mount.kvs_set("d:beside:below", "x"); },
        [&] { mount.kvs_delete("d:keep1"); },    [&] { mount.kvs_set("d", "a value"); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        mount.ls("d");
        EXPECT_TRUE(is_kept()) << i;
        mount.write("d/keep2", "another value");
        mount.ls("");
        EXPECT_TRUE(is_kept()) << i;
        changes[i]();
        EXPECT_FALSE(is_kept()) << i;
    }
}

TEST_F(Listing, DoesNotGrowAsNamesComeAndGo)
{
    fill(1);
    const auto come_and_go = [&](int round) {
        const auto name = std::to_string(round);
        mount.write("d/" + name, "x");
        EXPECT_THAT(mount.ls("d"), Contains(name));
        mount.rm("d/" + name);
    };
    for (int round = 0; round < 100; ++round) {
        come_and_go(round);
    }
    Reader polls(mount, "d");
    EXPECT_LE(polls.last_cookie(), 10U);
    for (int round = 0; round < 1500; ++round) {
        mount.write("d/" + std::to_string(round), "x");
        polls.last_cookie();
        mount.rm("d/" + std::to_string(round));
    }
    EXPECT_LE(polls.last_cookie(), 1100U);
}

TEST_F(Listing, CookiesOfAKeptListingStayGood)
{
    fill(30);
    std::vector<Entry> entries;
    {
        Reader reader(mount, "d");
        while (auto entry = reader.next()) {
            entries.push_back(*entry);
        }
    }
    Reader later(mount, "d");
    ASSERT_TRUE(later.is_kept());
    for (int i = 0; i < 20; ++i) {
        disturb();
    }
    for (const auto& entry : entries) {
        later.seek(entry.cookie);
        const auto rest = later.rest();
        const auto expected = std::count_if(entries.begin(), entries.end(), [&](const auto& other) {
            return other.cookie > entry.cookie && other.name.starts_with("keep");
        });
        EXPECT_EQ(std::ranges::count_if(rest, [](const auto& name) { return name.starts_with("keep"); }), expected);
    }
}

TEST_F(Listing, IsNotKeptOnceANameHasAnotherNumber)
{
    mount.mkdir("d");
    mount.write("d/a", "x");
    EXPECT_EQ(mount.mv("d/a", "d/b"), 0);
    Reader reader(mount, "d");
    reader.rest();
    EXPECT_TRUE(Reader(mount, "d").is_kept());
    const auto before = mount.ino("d/b");
    mount.forget_names();
    EXPECT_FALSE(Reader(mount, "d").is_kept());
    EXPECT_NE(mount.ino("d/b"), before);
}

// What is below a directory that moves has other keys then.
TEST_F(Listing, IsNotKeptOnceTheNamesBelowAMovedDirectoryHaveOtherNumbers)
{
    for (const auto mode : {fs::RenameMode::replace, fs::RenameMode::exchange}) {
        const std::string to = mode == fs::RenameMode::replace ? "b" : "c";
        mount.mkdir("a");
        mount.mkdir("a/d");
        mount.write("a/d/file", "x");
        mount.mkdir(to);
        EXPECT_EQ(mount.mv("a", to, mode), 0);
        Reader reader(mount, to + "/d");
        reader.rest();
        EXPECT_TRUE(Reader(mount, to + "/d").is_kept()) << to;
        const auto before = mount.ino(to + "/d/file");
        mount.forget_names();
        EXPECT_FALSE(Reader(mount, to + "/d").is_kept()) << to;
        EXPECT_NE(mount.ino(to + "/d/file"), before) << to;
    }
}

// Of those that the kernel does not know when the directory moves.
TEST_F(Listing, IsNotKeptOnceADirectoryAboveHasMoved)
{
    mount.mkdir("a");
    for (const std::string directory : {"a/d", "a/d/e"}) {
        mount.mkdir(directory);
        mount.write(directory + "/file", "x");
    }
    const auto told = [&](const std::string& directory) {
        Reader reader(mount, directory);
        auto entry = reader.next();
        while (entry && entry->name != "file") {
            entry = reader.next();
        }
        return std::pair(reader.is_kept(), entry ? entry->ino : 0);
    };
    mount.ino("a/d/e");
    mount.forget_names();
    const auto before = told("a/d");
    EXPECT_EQ(told("a/d"), std::pair(true, before.second));
    EXPECT_EQ(mount.mv("a", "b"), 0);
    for (const std::string directory : {"b/d", "b/d/e"}) {
        EXPECT_EQ(told(directory), std::pair(false, mount.ino(directory + "/file"))) << directory;
    }
    EXPECT_NE(told("b/d").second, before.second);
}

TEST_F(Listing, IsNotKeptOnceANumberThatANameWouldHaveIsFree)
{
    mount.mkdir("a");
    mount.mkdir("o");
    mount.write("a/f", "x");
    const auto number = mount.ino("a/f");
    EXPECT_EQ(mount.mv("a/f", "o/f"), 0);
    mount.kvs_set("a:f", "another");
    const auto told = [&] {
        Reader reader(mount, "a");
        reader.next();
        reader.next();
        return std::pair(reader.is_kept(), reader.next()->ino);
    };
    EXPECT_NE(told().second, number);
    EXPECT_TRUE(told().first);
    const Reader open(mount, "a");
    mount.forget_names();
    EXPECT_EQ(told(), std::pair(false, number));
    EXPECT_EQ(mount.ino("a/f"), number);
}

TEST_F(Listing, IsKeptWhileFilesAndDirectoriesElsewhereChangeTheirNames)
{
    mount.mkdir("quiet");
    mount.write("quiet/f", "x");
    mount.mkdir("busy");
    mount.ls("quiet");
    for (int i = 0; i < 5; ++i) {
        mount.write("busy/f.new", "x");
        EXPECT_EQ(mount.mv("busy/f.new", "busy/f"), 0);
        mount.mkdir("busy/a");
        EXPECT_EQ(mount.mv("busy/a", "busy/b" + std::to_string(i)), 0);
        EXPECT_TRUE(Reader(mount, "quiet").is_kept()) << i;
    }
}

TEST_F(Listing, TellsTheNumbersOfNamesThatLookLikeControlFiles)
{
    mount.kvs_set(".control/apply", "x");
    mount.kvs_set(".control/:x", "x");
    EXPECT_TRUE(mount.find(".control/apply"));
    Reader reader(mount, "");
    reader.next();
    reader.next();
    for (auto entry = reader.next(); entry; entry = reader.next()) {
        EXPECT_EQ(entry->ino, mount.ino(std::string(entry->name))) << entry->name;
        EXPECT_NE(entry->ino, mount.ino(".control")) << entry->name;
        EXPECT_NE(entry->ino, mount.ino(".control/apply")) << entry->name;
    }
}

TEST_F(Listing, OfADirectoryThatMovedIsNotKept)
{
    mount.mkdir("a");
    mount.mkdir("b");
    mount.mkdir("a/x");
    mount.ls("a/x");
    EXPECT_EQ(mount.mv("a/x", "b/x"), 0);
    Reader reader(mount, "b/x");
    EXPECT_FALSE(reader.is_kept());
    reader.next();
    EXPECT_EQ(reader.next()->ino, mount.ino("b"));
}

TEST_F(Listing, WithAttributesGoesAheadOfWhoeverAsksForMore)
{
    fill(200);
    Reader reader(mount, "d");
    const auto nodes = mount.filesystem().live_nodes();
    std::multiset<std::string> told;
    for (auto piece = reader.take_known(50); !piece.empty(); piece = reader.take_known(50)) {
        std::ranges::transform(piece, std::inserter(told, told.end()), &fs::KnownEntry::name);
        while (told.size() > 50 && told.size() < 350 && mount.filesystem().live_nodes() < nodes + 50) {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(told.size(), 402);
    expect_all_once(told, 200);
    EXPECT_EQ(mount.filesystem().live_nodes(), nodes);
}

TEST_F(Listing, ForgetsWhatNobodyAskedForAnyMore)
{
    fill(200);
    const auto nodes = mount.ino("d") != 0 ? mount.filesystem().live_nodes() : 0;
    for (int round = 0; round < 20; ++round) {
        Reader reader(mount, "d");
        reader.take_known(40);
        reader.take_known(40);
        reader.seek(reader.take_known(1).front().cookie / 2);
        reader.take_known(1);
    }
    EXPECT_EQ(mount.filesystem().live_nodes(), nodes);
}

TEST_F(Listing, WithAttributesTellsWhatIsTrueWhenItIsAskedFor)
{
    fill(200);
    Reader reader(mount, "d");
    for (auto piece = reader.take_known(3); !piece.empty(); piece = reader.take_known(3)) {
        for (const auto& entry : piece) {
            const auto there = mount.stat(entry.looked_up ? "d/" + entry.name : "d");
            ASSERT_TRUE(there) << entry.name;
            EXPECT_TRUE(!entry.looked_up || there->size == entry.attributes.size) << entry.name;
        }
        std::this_thread::yield();
        if (random() % 2 == 0) {
            disturb();
            mount.append("d/keep" + std::to_string(random() % 200), "more");
        }
    }
}

TEST_F(Listing, RewindingTellsWhatIsNewAndNotWhatIsGone)
{
    mount.mkdir("d");
    mount.write("d/a", "x");
    Reader reader(mount, "d");
    reader.rest();
    mount.write("d/b", "x");
    mount.rm("d/a");
    reader.seek(0);
    EXPECT_THAT(reader.rest(), ElementsAre(".", "..", "b"));
}

TEST_F(Listing, TenThousandEntriesAreAllTold)
{
    fill(5000);
    const auto names = mount.ls("d");
    EXPECT_EQ(names.size(), 10'000);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 10'000);
}

TEST_F(Listing, TellsThePendingAndTheNumbersThatStatTells)
{
    mount.mkdir("d");
    mount.write("d/a", "x");
    mount.mkdir("d/sub");
    auto pending = mount.create("d/pending");
    EXPECT_EQ(mount.mv("d/a", "d/b"), 0);
    EXPECT_EQ(mount.write("d/a", "x"), 0);
    Reader reader(mount, "d");
    EXPECT_EQ(reader.next()->ino, mount.ino("d"));
    EXPECT_EQ(reader.next()->ino, fs::kRootIno);
    for (auto entry = reader.next(); entry; entry = reader.next()) {
        const auto stat = mount.stat("d/" + entry->name);
        EXPECT_EQ(entry->ino, stat->ino) << entry->name;
        EXPECT_EQ(entry->type, stat->type) << entry->name;
    }
}

TEST_F(Listing, NeverTellsANumberThatAnotherFileHas)
{
    mount.write("a", "x");
    const auto b = mount.open_to_read("a");
    EXPECT_EQ(mount.mv("a", "b"), 0);
    set("a");
    std::set<fs::Ino> told;
    Reader reader(mount, "");
    reader.next();
    reader.next();
    for (auto entry = reader.next(); entry; entry = reader.next()) {
        EXPECT_TRUE(told.insert(entry->ino).second) << entry->name;
    }
    EXPECT_EQ(told.size(), 2);
}

TEST_F(Directories, InodeNumbersAreNeverSharedByLiveFiles)
{
    std::set<fs::Ino> inos;
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(mount.write("f", "x"), 0);
        const auto ino = mount.ino("f");
        EXPECT_GT(ino, fs::kRootIno);
        EXPECT_TRUE(inos.insert(ino).second);
        EXPECT_EQ(mount.mv("f", "kept" + std::to_string(i)), 0);
        EXPECT_EQ(mount.ino("kept" + std::to_string(i)), ino);
    }
}

TEST_F(Directories, PathsMayBeThousandsOfNamesDeep)
{
    constexpr int kDepth = 2000;
    auto ino = fs::kRootIno;
    for (int i = 0; i < kDepth; ++i) {
        const auto next = mount.filesystem().make_directory(ino, "d", 0755, kRootUser);
        ASSERT_TRUE(next.has_value());
        ino = next->ino;
    }
    EXPECT_TRUE(mount.filesystem().make_link(ino, "l", "target", kRootUser).has_value());
    std::string key;
    for (int i = 0; i < kDepth; ++i) {
        key += "d:";
    }
    EXPECT_EQ(mount.after_crash(key + "l"), "target");
}

}  // namespace
}  // namespace bytestore::test
