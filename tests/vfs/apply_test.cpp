// Changes from outside of the kernel's requests: what is open goes on, and the kernel hears of all that it may have
// cached.
#include "fs/mapping.h"
#include "tests/vfs/mount.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <map>
#include <random>

namespace bytestore::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class ApplyTest : public testing::Test {
protected:
    auto entries() { return mount.invalidated().entries; }
    auto contents() { return mount.invalidated().contents; }

    // `f`, which was open for writing when its value was replaced. Told to forget while `stored` is the value, the
    // kernel writes a page of it back, which begins with an A.
    OpenFile replaced_while_open(std::string_view old, const std::string& now, std::string_view stored)
    {
        mount.write("f", old);
        auto file = mount.open_to_write("f");
        mount.on_forgetting = [&] { EXPECT_EQ(mount.after_crash("f") == stored ? file.write_page(0, "A") : 0, 0); };
        EXPECT_EQ(mount.kvs_set("f", now), 0);
        mount.on_forgetting = [] {};
        return file;
    }

    Mount mount;
};

TEST_F(ApplyTest, ANewKeyIsThereAndItsNameAndListingForgotten)
{
    mount.mkdir("d");
    EXPECT_EQ(mount.read("d/f"), "errno 2");
    EXPECT_EQ(mount.kvs_set("d:f", "x"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(mount.ino("d"), "f")));
    EXPECT_THAT(contents(), Contains(mount.ino("d")));
    EXPECT_EQ(mount.read("d/f"), "x");
    EXPECT_THAT(mount.ls("d"), ElementsAre("f"));
}

TEST_F(ApplyTest, AValueThatIsReplacedIsForgottenAndItsNameKept)
{
    mount.write("f", "old");
    const auto ino = mount.ino("f");
    EXPECT_EQ(mount.kvs_set("f", "newer"), 0);
    EXPECT_THAT(contents(), Contains(ino));
    EXPECT_THAT(entries(), IsEmpty());
    EXPECT_EQ(mount.read("f"), "newer");
    EXPECT_EQ(mount.ino("f"), ino);
    EXPECT_EQ(mount.stat("f")->size, 5U);
}

TEST_F(ApplyTest, APageThatIsWrittenBackBeforeTheChangeCountsAsAWriteBeforeIt)
{
    auto file = replaced_while_open("old", "newer", "old");
    EXPECT_EQ(mount.after_crash("f"), "newer");
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("f"), "Ald");
}

TEST_F(ApplyTest, APageThatIsWrittenBackAfterTheChangeIsDroppedUntilTheKernelHasForgotten)
{
    auto file = replaced_while_open("old", "newer", "newer");
    EXPECT_EQ(mount.read("f"), "newer");
    EXPECT_EQ(file.write_page(0, "B"), 0);
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("f"), "Bewer");
}

TEST_F(ApplyTest, AKeyThatVanishesTakesItsNameButNotWhatIsOpen)
{
    mount.write("f", "x");
    const auto ino = mount.ino("f");
    auto file = mount.open_to_read("f");
    EXPECT_EQ(mount.kvs_delete("f"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(fs::kRootIno, "f")));
    EXPECT_THAT(contents(), Contains(ino));
    EXPECT_EQ(mount.read("f"), "errno 2");
    EXPECT_EQ(file.read(), "x");
    EXPECT_EQ(file.stat().links, 0U);
}

TEST_F(ApplyTest, TheShallowestNameThatChangesIsForgotten)
{
    mount.mkdir("known");
    EXPECT_EQ(mount.kvs_set("known:a:b:c:d", "x"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(mount.ino("known"), "a")));
    EXPECT_EQ(mount.read("known/a/b/c/d"), "x");
    EXPECT_EQ(mount.kvs_delete("known:a:b:c:d"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(mount.ino("known"), "a")));
    EXPECT_EQ(mount.read("known/a/b/c/d"), "errno 2");
    EXPECT_THAT(mount.ls("known"), IsEmpty());
}

TEST_F(ApplyTest, ADirectoryWithoutAMarkerVanishesWithItsLastKeyAndOneWithStays)
{
    mount.mkdir("marked");
    mount.kvs_set("marked:f", "x");
    mount.kvs_set("bare:f", "x");
    EXPECT_THAT(mount.ls(""), ElementsAre("bare", "marked"));
    EXPECT_EQ(mount.kvs_delete("bare:f"), 0);
    EXPECT_EQ(mount.kvs_delete("marked:f"), 0);
    EXPECT_THAT(mount.ls(""), ElementsAre("marked"));
}

TEST_F(ApplyTest, AFileThatBecomesADirectoryIsItsValueAndTheReverse)
{
    mount.write("a", "value");
    const auto ino = mount.ino("a");
    auto file = mount.open_to_write("a");
    EXPECT_EQ(mount.kvs_set("a:b", "x"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(fs::kRootIno, "a")));
    EXPECT_EQ(mount.stat("a")->type, fs::Type::directory);
    EXPECT_EQ(mount.ino("a/%value"), ino);
    EXPECT_EQ(file.write(0, "V"), 0);
    EXPECT_EQ(mount.read("a/%value"), "Value");
    EXPECT_EQ(mount.kvs_delete("a:b"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(fs::kRootIno, "a")));
    EXPECT_EQ(mount.ino("a"), ino);
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("a"), "Value");
    EXPECT_EQ(mount.store().get("a").value_or(""), "Value");
}

TEST_F(ApplyTest, TheValueOfADirectoryComesChangesAndGoes)
{
    mount.mkdir("d");
    const auto directory = mount.ino("d");
    EXPECT_EQ(mount.kvs_set("d", "x"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(directory, "%value")));
    const auto ino = mount.ino("d/%value");
    EXPECT_EQ(mount.kvs_set("d", "y"), 0);
    EXPECT_THAT(entries(), IsEmpty());
    EXPECT_THAT(contents(), Contains(ino));
    EXPECT_EQ(mount.read("d/%value"), "y");
    EXPECT_EQ(mount.kvs_delete("d"), 0);
    EXPECT_THAT(entries(), ElementsAre(Pair(directory, "%value")));
    EXPECT_EQ(mount.read("d/%value"), "errno 2");
    EXPECT_EQ(mount.ino("d"), directory);
}

TEST_F(ApplyTest, AFileThatBecomesALinkIsANewOne)
{
    mount.write("f", "x");
    const auto ino = mount.ino("f");
    auto file = mount.open_to_read("f");
    Batch batch;
    batch.set("f", "target", Meta{}, Kind::link);
    EXPECT_EQ(mount.apply(batch), 0);
    EXPECT_EQ(mount.readlink("f"), "target");
    EXPECT_NE(mount.ino("f"), ino);
    EXPECT_EQ(file.read(), "x");
}

TEST_F(ApplyTest, AnOpenFileFollowsUnlessItWasWrittenTo)
{
    mount.write("f", "old");
    auto file = mount.open_to_write("f");
    EXPECT_EQ(file.write(0, "OLD"), 0);
    EXPECT_EQ(file.flush(), 0);
    EXPECT_EQ(mount.kvs_set("f", "middle"), 0);
    EXPECT_EQ(file.read(), "middle");
    EXPECT_EQ(file.write(0, "M"), 0);
    EXPECT_EQ(mount.kvs_set("f", "other"), 0);
    EXPECT_EQ(mount.read("f"), "Middle");
    EXPECT_EQ(mount.after_crash("f"), "other");
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("f"), "Middle");
    EXPECT_EQ(mount.after_crash("f"), "Middle");
}

// Of a directory a new file is all that is left.
class LeftAlone : public ApplyTest {
protected:
    void SetUp() override
    {
        mount.kvs_set("d:last", "x");
        file = mount.create("d/new");
        EXPECT_EQ(file->write(0, "text"), 0);
        EXPECT_EQ(mount.kvs_delete("d:last"), 0);
    }

    std::optional<OpenFile> file;
};

TEST_F(LeftAlone, ANewFileIsARecordAndItsDirectoryStays)
{
    EXPECT_EQ(mount.after_crash("d:new"), "text");
    EXPECT_THAT(entries(), Not(Contains(Pair(fs::kRootIno, "d"))));
    EXPECT_THAT(mount.ls(""), ElementsAre("d"));
    EXPECT_THAT(mount.ls("d"), ElementsAre("new"));
    EXPECT_EQ(file->write(4, "s"), 0);
    EXPECT_EQ(file->close(), 0);
    EXPECT_EQ(mount.read("d/new"), "texts");
}

TEST_F(LeftAlone, ANewFileThatIsRemovedLeavesItsDirectoryBehind)
{
    EXPECT_EQ(mount.rm("d/new"), 0);
    EXPECT_THAT(mount.ls(""), ElementsAre("d"));
    EXPECT_EQ(file->close(), 0);
    EXPECT_EQ(mount.rmdir("d"), 0);
    EXPECT_THAT(mount.ls(""), IsEmpty());
}

TEST_F(LeftAlone, ANewFileThatIsMovedLeavesItsDirectoryBehind)
{
    EXPECT_EQ(mount.mv("d/new", "new"), 0);
    EXPECT_THAT(mount.ls(""), ElementsAre("d", "new"));
    EXPECT_EQ(mount.rmdir("d"), 0);
}

TEST_F(ApplyTest, TheNewValueOfADirectoryThatIsLeftAloneIsAFileAgain)
{
    auto file = mount.create("p");
    EXPECT_EQ(file.write(0, "text"), 0);
    EXPECT_EQ(mount.kvs_set("p:s", "x") + mount.kvs_delete("p:s"), 0);
    EXPECT_THAT(mount.ls(""), ElementsAre("p"));
    EXPECT_EQ(mount.stat("p")->type, fs::Type::file);
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.read("p"), "text");
    EXPECT_EQ(mount.rm("p"), 0);
    EXPECT_THAT(mount.ls(""), IsEmpty());
}

TEST_F(ApplyTest, ANewFileWhoseWriteFailedGoesWithTheLastKeyOfItsDirectory)
{
    constexpr std::uint64_t kTooFar = std::uint64_t{1} << 40;
    mount.kvs_set("d:last", "x");
    auto file = mount.create("d/new");
    EXPECT_EQ(file.write(kTooFar, "x"), EFBIG);
    EXPECT_EQ(mount.kvs_delete("d:last"), 0);
    EXPECT_THAT(mount.ls(""), IsEmpty());
    EXPECT_EQ(file.close(), EFBIG);
    EXPECT_THAT(mount.ls(""), IsEmpty());
}

TEST_F(ApplyTest, ANewFileWhoseKeyIsSetMeanwhileIsWrittenLast)
{
    auto file = mount.create("f");
    EXPECT_EQ(file.write(0, "mine"), 0);
    EXPECT_EQ(mount.kvs_set("f", "theirs"), 0);
    EXPECT_EQ(mount.read("f"), "mine");
    EXPECT_EQ(mount.after_crash("f"), "theirs");
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.after_crash("f"), "mine");
}

TEST_F(ApplyTest, ANewFileThatBecomesADirectoryIsItsValue)
{
    auto file = mount.create("a");
    EXPECT_EQ(file.write(0, "mine"), 0);
    EXPECT_EQ(mount.kvs_set("a:b", "x"), 0);
    EXPECT_EQ(mount.read("a/%value"), "mine");
    EXPECT_THAT(mount.ls("a"), ElementsAre("%value", "b"));
    EXPECT_EQ(file.close(), 0);
    EXPECT_EQ(mount.after_crash("a"), "mine");
    EXPECT_THAT(mount.ls("a"), ElementsAre("%value", "b"));
}

TEST_F(ApplyTest, WhatIsRefusedChangesAndTellsNothing)
{
    mount.write("f", "x");
    Batch batch;
    batch.remove("f");
    batch.set("", "x", Meta{});
    EXPECT_EQ(mount.apply(batch), EINVAL);
    EXPECT_THAT(contents(), IsEmpty());
    EXPECT_THAT(entries(), IsEmpty());
    EXPECT_EQ(mount.read("f"), "x");
}

TEST_F(ApplyTest, NamesThatTheKernelCannotKnowCostNoInvalidation)
{
    EXPECT_EQ(mount.kvs_set("far:away", "x"), 0);
    EXPECT_EQ(mount.kvs_set("far:off:place", "x"), 0);
    EXPECT_THAT(entries(), ElementsAre());
    EXPECT_THAT(contents(), ElementsAre(fs::kRootIno));
}

// A kernel that caches everything for ever: what it was told to forget it asks again. Whatever is changed, it never
// shows what is not there, and misses nothing.
class CachingKernelTest : public ApplyTest {
protected:
    struct Cached {
        bool missing = false;
        fs::Ino ino = 0;
    };

    std::optional<fs::Ino> find(fs::Ino parent, const std::string& name)
    {
        const auto [at, is_new] = names_.try_emplace({parent, name});
        if (is_new) {
            const auto found = mount.filesystem().lookup(parent, name);
            at->second = {.missing = !found, .ino = found ? found->ino : 0};
        }
        return at->second.missing ? std::nullopt : std::optional(at->second.ino);
    }
    std::optional<fs::Attributes> attributes(fs::Ino ino)
    {
        if (!attributes_.contains(ino)) {
            const auto found = mount.filesystem().attributes(ino);
            attributes_[ino] = found ? std::optional(*found) : std::nullopt;
        }
        return attributes_[ino];
    }
    std::string describe(const std::optional<fs::Attributes>& a)
    {
        return a ? std::to_string(static_cast<int>(a->type)) + ":" +
                       (a->type == fs::Type::directory ? "" : std::to_string(a->size))
                 : "none";
    }
    std::string cached(const std::string& path)
    {
        auto ino = std::optional(fs::kRootIno);
        for (std::size_t begin = 0; ino && begin < path.size();) {
            const auto end = std::min(path.find('/', begin), path.size());
            ino = find(*ino, path.substr(begin, end - begin));
            begin = end + 1;
        }
        return describe(ino ? attributes(*ino) : std::nullopt);
    }
    std::string fresh(const std::string& path)
    {
        const auto there = mount.stat(path);
        return describe(there ? std::optional(*there) : std::nullopt);
    }
    void forget()
    {
        const auto told = mount.invalidated();
        for (const auto& entry : told.entries) {
            names_.erase(entry);
        }
        for (const auto ino : told.contents) {
            attributes_.erase(ino);
        }
    }

    std::map<std::pair<fs::Ino, std::string>, Cached> names_;
    std::map<fs::Ino, std::optional<fs::Attributes>> attributes_;
};

TEST_F(CachingKernelTest, SeesEveryChangeOfEveryBatch)
{
    const std::vector<std::string> keys{"a", "a:b", "a:b:c", "a:d", "b", "b:", ":", ":x", "a/b"};
    std::vector<std::string> paths;
    for (const auto& segment : {"a", "a/b", "a/b/c", "a/d", "a/%value", "a/b/%value", "b", "b/%empty", "b/%value",
                                "%empty", "%empty/%empty", "%empty/x", "a:b"}) {
        paths.emplace_back(segment);
    }
    std::minstd_rand random(7);
    for (int round = 0; round < 1500; ++round) {
        Batch batch;
        for (auto left = 1 + random() % 3; left > 0; --left) {
            const auto& key = keys[random() % keys.size()];
            if (random() % 2 == 0) {
                batch.remove(key);
            } else {
                batch.set(key, std::string(random() % 9, 'x'), Meta{}, random() % 8 == 0 ? Kind::link : Kind::bytes);
            }
        }
        ASSERT_EQ(mount.apply(batch), 0);
        forget();
        for (const auto& path : paths) {
            ASSERT_EQ(cached(path), fresh(path)) << path << " in round " << round;
        }
    }
}

}  // namespace
}  // namespace bytestore::test
