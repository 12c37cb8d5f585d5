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

TEST_F(ApplyTest, TheKernelIsToldTheSizeOfAnOpenFileAndIsToBelieveNobodyElseMeanwhile)
{
    using Ends = decltype(Invalidated::ends);
    using Sizes = decltype(Invalidated::sizes);
    mount.mkdir("d");
    mount.write("d/%value", "old");
    const auto file = mount.open_to_read("d/%value");
    const auto ino = mount.ino("d/%value");
    std::vector<bool> passing;
    const auto look = [&] { passing.push_back(mount.stat("d/%value")->is_passing); };
    mount.on_forgetting = look;
    mount.on_telling = look;
    for (const std::string now : {"longer", "less", ""}) {
        passing.clear();
        EXPECT_EQ(mount.kvs_set("d", now), 0);
        const auto told = mount.invalidated();
        const bool grew = now == "longer";
        EXPECT_EQ(told.ends, grew ? Ends({{ino, now.size() - 1}}) : Ends());
        EXPECT_EQ(told.sizes, Sizes({{ino, "d/%value"}}));
        // Before the change, for what was cached, for the end, for the size.
        EXPECT_EQ(passing, grew ? std::vector({false, true, true, true}) : std::vector({false, true, true}));
        EXPECT_FALSE(mount.stat("d/%value")->is_passing);
    }
}

TEST_F(ApplyTest, TheKernelIsToldTheSizeOfAFileThatNobodyHasOpenIfItIsAnother)
{
    mount.write("f", "old");
    for (const auto& [now, times] : {std::pair("less", 1), std::pair("same", 0), std::pair("cut", 1)}) {
        EXPECT_EQ(mount.kvs_set("f", now), 0);
        EXPECT_EQ(mount.invalidated().sizes.size(), times) << now;
    }
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

// A few keys that are in each other's way, as they are shown.
const std::vector<std::string> kKeys{"a", "a:b", "a:b:c", "a:d", "b", "b:", ":", ":x", "a/b"};
const std::vector<std::string> kPaths{"a",        "a/b",      "a/b/c",  "a/d",           "a/%value", "a/b/%value", "b",
                                      "b/%empty", "b/%value", "%empty", "%empty/%empty", "%empty/x", "a:b"};

Batch random_batch(std::minstd_rand& random)
{
    Batch batch;
    for (auto left = 1 + random() % 3; left > 0; --left) {
        const auto& key = kKeys[random() % kKeys.size()];
        if (random() % 2 == 0) {
            batch.remove(key);
        } else {
            batch.set(key, std::string(random() % 9, 'x'), Meta{}, random() % 8 == 0 ? Kind::link : Kind::bytes);
        }
    }
    return batch;
}

TEST_F(CachingKernelTest, SeesEveryChangeOfEveryBatch)
{
    std::minstd_rand random(7);
    for (int round = 0; round < 1500; ++round) {
        ASSERT_EQ(mount.apply(random_batch(random)), 0);
        forget();
        for (const auto& path : kPaths) {
            ASSERT_EQ(cached(path), fresh(path)) << path << " in round " << round;
        }
    }
}

// With files that are new while the keys around them come and go.
class NewFilesTest : public ApplyTest {
protected:
    bool is_directory(const std::string& path)
    {
        const auto there = mount.stat(path);
        return there && there->type == fs::Type::directory;
    }
    static std::string parent_of(const std::string& path)
    {
        return path.substr(0, path.find('/') == path.npos ? 0 : path.rfind('/'));
    }
    void open_new(const std::string& path)
    {
        const bool can_be = path != "%empty";  // that has no key
        if (can_be && is_directory(parent_of(path)) && !mount.stat(path)) {
            files_.push_back(mount.create(path));
            EXPECT_EQ(files_.back().write(0, "new"), 0);
        }
    }
    void close_one(std::size_t which)
    {
        if (which < files_.size()) {
            EXPECT_EQ(files_[which].close(), 0);
            files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
    bool is_listed(const std::string& path)
    {
        const auto parent = parent_of(path);
        const auto name = path.substr(parent.empty() ? 0 : parent.size() + 1);
        return is_directory(parent) && std::ranges::count(mount.ls(parent), name) == 1;
    }

    std::vector<OpenFile> files_;
};

TEST_F(NewFilesTest, WhatIsListedIsThereAndTheReverse)
{
    std::minstd_rand random(3);
    for (int round = 0; round < 3000; ++round) {
        const auto& path = kPaths[random() % kPaths.size()];
        switch (random() % 4) {
            case 0:
                open_new(path);
                break;
            case 1:
                close_one(random() % 4);
                break;
            case 2:
                mount.rm(path);
                break;
            default:
                ASSERT_EQ(mount.apply(random_batch(random)), 0);
        }
        for (const auto& each : kPaths) {
            ASSERT_EQ(is_listed(each), mount.stat(each).has_value()) << each << " in round " << round;
        }
    }
}

}  // namespace
}  // namespace bytestore::test
