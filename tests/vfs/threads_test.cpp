// Many threads at once: every one has files of its own, whose content it knows, in a tree that all of them move about.
#include "tests/support/model.h"
#include "tests/vfs/mount.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace bytestore::test {
namespace {

constexpr unsigned kThreads = 4;
constexpr int kFiles = 5;

class Worker {
public:
    Worker(Mount& mount, unsigned number)
        : mount_(mount), random_(number), own_("own" + std::to_string(number))
    {
    }

    void run(int steps)
    {
        ASSERT_EQ(mount_.mkdir(own_), 0);
        for (int i = 0; i < steps; ++i) {
            disturb();
            write_own(i);
            list_own();
        }
    }
    void check()
    {
        for (const auto& [path, text] : written_) {
            EXPECT_EQ(mount_.read(path), text) << path;
        }
    }

private:
    std::string path() { return own_ + "/f" + std::to_string(random_() % kFiles); }
    std::string shared() { return "shared/" + std::string(1, static_cast<char>('a' + random_() % 4)); }
    std::string shared_below() { return shared() + (random_() % 2 == 0 ? "" : "/x"); }

    // A write that returned is in the store.
    void write_own(int i)
    {
        const auto where = path();
        const auto text = where + " " + std::to_string(i);
        ASSERT_EQ(mount_.write(where, text), 0);
        auto key = where;
        key[key.find('/')] = ':';
        EXPECT_EQ(mount_.store().get(key).value_or("nothing"), text);
        written_[where] = text;
        if (random_() % 4 == 0) {
            const auto other = path();
            ASSERT_EQ(mount_.mv(where, other), 0);
            auto moved = written_.extract(where);
            written_[other] = moved.mapped();
        }
    }
    void list_own()
    {
        EXPECT_EQ(mount_.ls(own_).size(), written_.size());
        for (const auto& [name, attributes] : mount_.ls_long(own_)) {
            EXPECT_EQ(attributes.size, written_[own_ + "/" + name].size()) << name;
        }
    }

    // Others do the same, so that any of these may fail.
    void disturb()
    {
        const auto where = shared_below();
        auto& filesystem = mount_.filesystem();
        switch (random_() % 10) {
            case 0:
                mount_.mkdir(where);
                break;
            case 1:
                mount_.rmdir(where);
                break;
            case 2:
                mount_.rm(where);
                break;
            case 3:
                mount_.mv(where, shared_below());
                break;
            case 4:
                mount_.mv(where, shared_below(), fs::RenameMode::exchange);
                break;
            case 5:
                mount_.write(where, "shared");
                break;
            case 6:
                mount_.change(where, {.mode = 0600, .size = {}});
                break;
            case 7:
                mount_.ls("shared");
                break;
            case 8:
                mount_.write(".control/sync", "1");
                break;
            default:
                if (const auto found = filesystem.lookup(fs::kRootIno, "shared")) {
                    filesystem.forget(found->ino, 1);
                }
        }
        mount_.read(where);
    }

    Mount& mount_;
    std::mt19937 random_;
    std::string own_;
    std::map<std::string, std::string> written_;
};

Options rolling()
{
    Options options;
    options.segment_size = 64 * 1024;
    options.compaction_threshold = 100;
    return options;
}

TEST(Threads, LoseNoCommitAndDoNotMeet)
{
    Mount mount(rolling());
    ASSERT_EQ(mount.mkdir("shared"), 0);
    std::vector<Worker> workers;
    for (unsigned i = 0; i < kThreads; ++i) {
        workers.emplace_back(mount, i);
    }
    {
        std::vector<std::jthread> threads;
        for (auto& worker : workers) {
            threads.emplace_back([&worker] { worker.run(scaled(1500)); });
        }
    }
    mount.forget_names();
    EXPECT_EQ(mount.filesystem().live_nodes(), 1);
    mount.remount();
    for (auto& worker : workers) {
        worker.check();
    }
}

TEST(Threads, ListANewFileWhileItBecomesARecord)
{
    Mount mount;
    for (int i = 0; i < scaled(2000); ++i) {
        auto file = mount.create("f");
        {
            const std::jthread closing([&file] { file.release(); });
            ASSERT_EQ(mount.ls(""), std::vector<std::string>{"f"}) << i;
        }
        ASSERT_EQ(mount.rm("f"), 0);
    }
}

// Of some names, and of more than a listing takes at once.
TEST(Threads, ThatListTellWhatIsThereOnceAllIsQuiet)
{
    for (const int names : {50, 3000}) {
        Mount mount;
        mount.mkdir("d");
        for (int i = 0; i < names; ++i) {
            mount.write("d/" + std::to_string(i), "x");
        }
        for (unsigned round = 0; round < 20; ++round) {
            {
                std::vector<std::jthread> threads;
                for (unsigned number = 0; number < 2; ++number) {
                    threads.emplace_back([&, number] {
                        std::mt19937 random(round * 2 + number);
                        const auto path = [&] { return "d/" + std::to_string(random() % names); };
                        for (int i = 0; i < 40; ++i) {
                            random() % 2 == 0 ? mount.rm(path()) : mount.mv(path(), path());
                            mount.write(path(), "x");
                        }
                    });
                    threads.emplace_back([&] {
                        for (int i = 0; i < 4; ++i) {
                            mount.ls("d");
                        }
                    });
                }
            }
            std::vector<std::string> there;
            for (int i = 0; i < names; ++i) {
                if (mount.find("d/" + std::to_string(i))) {
                    there.push_back(std::to_string(i));
                }
            }
            EXPECT_THAT(mount.ls("d"), ::testing::UnorderedElementsAreArray(there)) << round;
        }
    }
}

// It is in memory, then a record.
TEST(Threads, AreToldTheTimeOfADirectoryWhileItIsStored)
{
    Mount mount;
    mount.mkdir("d");
    std::atomic<bool> done = false;
    const std::jthread storing([&] {
        while (!done) {
            EXPECT_TRUE(mount.filesystem().sync_all());
        }
    });
    for (int i = 0; i < scaled(3000); ++i) {
        const auto before = fs::now();
        i % 2 == 0 ? mount.mkdir("d/x") : mount.rmdir("d/x");
        EXPECT_GE(mount.stat("d").value().mtime, before) << i;
    }
    done = true;
}

// A file that many open, write, close, fsync, remove and rename at once; and one whose writes always fail.
TEST(Threads, MayAllUseOneFile)
{
    auto options = without_compaction();
    options.max_value = 100;
    Mount mount(options);
    const auto work = [&mount](unsigned number) {
        std::mt19937 random(number);
        for (int i = 0; i < scaled(1500); ++i) {
            auto created = mount.filesystem().create(fs::kRootIno, "f", 0644, kRootUser, {.writes = true}, false);
            ASSERT_TRUE(created.has_value());
            OpenFile file(mount.filesystem(), std::move(created->handle));
            file.write(random() % 4 == 0 ? 1000 : random() % 50, "bytes");
            random() % 3 == 0 ? mount.rm("f") : random() % 2 == 0 ? mount.mv("f", "g") : file.sync();
            mount.read("f");
            file.close();
            mount.filesystem().forget(created->attributes.ino, 1);
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < kThreads; ++i) {
            threads.emplace_back(work, i);
        }
    }
    mount.forget_names();
    EXPECT_EQ(mount.filesystem().live_nodes(), 1);
    EXPECT_TRUE(mount.invalidated().contents.size() > 0);
}

// Each has a file of its own, whose buffer goes whenever another needs the room and it is stored.
TEST(Threads, ThatShareASmallLimitLoseNothingAcknowledged)
{
    Mount mount(without_compaction(), posix_file_system(), 300);
    std::atomic<int> refused = 0;
    const auto work = [&](unsigned number) {
        std::mt19937 random(number);
        const auto name = "f" + std::to_string(number);
        std::string value;
        mount.write(name, value);
        for (int i = 0; i < scaled(1500); ++i) {
            auto file = mount.open_to_write(name);
            for (int writes = 0; writes < 3; ++writes) {
                const std::string text(1 + random() % 150, static_cast<char>('a' + random() % 26));
                const int written = file.write(0, text);
                ASSERT_EQ(file.flush(), written);
                if (written != 0) {
                    ASSERT_EQ(written, ENOSPC);
                    ++refused;
                    break;
                }
                value.replace(0, text.size(), text);
                ASSERT_EQ(file.read(), value);
            }
            file.close();
            ASSERT_EQ(mount.read(name), value);
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < kThreads; ++i) {
            threads.emplace_back(work, i);
        }
    }
    EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace bytestore::test
