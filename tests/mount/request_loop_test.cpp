// The loop with a file system of its own, whose files answer stat when they are let.
#include "fs/fuse/request_loop.h"

#include "fs/fuse/session.h"
#include "tests/mount/watchdog.h"
#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bytestore::fuse {
namespace {

using namespace std::chrono_literals;

// A file's attributes are told at once, or once the gate is open; and who waits for that says so before, or does not.
constexpr fuse_ino_t kFree = 2;
constexpr fuse_ino_t kAnnounced = 3;
constexpr fuse_ino_t kSilent = 4;

struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_open = false;
    unsigned waiting = 0;

    void pass()
    {
        std::unique_lock lock(mutex);
        ++waiting;
        changed.notify_all();
        changed.wait(lock, [this] { return is_open; });
    }
    void open()
    {
        const std::lock_guard lock(mutex);
        is_open = true;
        waiting = 0;
        changed.notify_all();
    }
    void await(unsigned count)
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting == count; });
    }
};

// Look-ups in one directory wait for each other in the kernel. So they are answered at once.
void on_lookup(fuse_req_t request, fuse_ino_t /*parent*/, const char* name)
{
    const std::string_view kind(name);
    fuse_entry_param entry{};
    entry.ino = kind.starts_with("free") ? kFree : kind.starts_with("announced") ? kAnnounced : kSilent;
    entry.attr.st_mode = S_IFREG | 0644;
    entry.attr.st_nlink = 1;
    fuse_reply_entry(request, &entry);
}

void on_getattr(fuse_req_t request, fuse_ino_t ino, fuse_file_info* /*info*/)
{
    if (ino == kAnnounced) {
        RequestLoop::hand_over();
    }
    if (ino == kAnnounced || ino == kSilent) {
        static_cast<Gate*>(fuse_req_userdata(request))->pass();
    }
    struct stat st{};
    st.st_ino = ino;
    st.st_mode = ino == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
    st.st_nlink = 1;
    fuse_reply_attr(request, &st, 0);
}

class RequestLoopTest : public testing::TestWithParam<std::chrono::microseconds> {
protected:
    void SetUp() override { start(); }
    void TearDown() override { end(); }

    void start()
    {
        gate_.is_open = false;
        fuse_lowlevel_ops ops{};
        ops.lookup = on_lookup;
        ops.getattr = on_getattr;
        auto session = Session::create({.options = {"subtype=test"}, .spin = GetParam()}, ops, &gate_);
        ASSERT_TRUE(session);
        session_ = std::move(*session);
        ASSERT_TRUE(session_->mount(directory_.path()));
        served_ = std::async(std::launch::async, [this] { return session_->serve([](Transport) {}); });
    }
    void end()
    {
        gate_.open();
        asking_.clear();
        session_->stop();
        EXPECT_TRUE(served_.get());
        session_.reset();
    }

    bool exists(const std::string& name) const
    {
        struct stat st{};
        return ::stat((directory_ / name).c_str(), &st) == 0;
    }
    void ask_for(const std::string& name)
    {
        asking_.push_back(std::async(std::launch::async, [this, name] { EXPECT_TRUE(exists(name)); }));
    }

    test::TempDirectory directory_;
    const test::Watchdog watchdog_{directory_.path()};
    Gate gate_;
    std::unique_ptr<Session> session_;
    std::future<Status> served_;
    std::vector<std::future<void>> asking_;
};

TEST_P(RequestLoopTest, AnswersWhileOthersWaitThatSaidSo)
{
    for (unsigned i = 1; i <= 40; ++i) {
        ask_for("announced" + std::to_string(i));
        gate_.await(i);
        EXPECT_TRUE(exists("free" + std::to_string(i)));
    }
}

TEST_P(RequestLoopTest, AnswersWhileOthersWaitThatSaidNothing)
{
    for (unsigned i = 1; i <= 40; ++i) {
        ask_for("silent" + std::to_string(i));
        gate_.await(i);
        EXPECT_TRUE(exists("free" + std::to_string(i)));
    }
}

TEST_P(RequestLoopTest, WakesUpAfterAnyRest)
{
    for (const auto rest : {0us, 50us, 500us, 5000us, 150'000us, 300'000us}) {
        std::this_thread::sleep_for(rest);
        ask_for("silent" + std::to_string(rest.count()));
        std::this_thread::sleep_for(rest);
        EXPECT_TRUE(exists("free" + std::to_string(rest.count())));
    }
}

TEST_P(RequestLoopTest, AnswersManyAtOnce)
{
    for (int client = 0; client < 8; ++client) {
        asking_.push_back(std::async(std::launch::async, [this, client] {
            for (int i = 0; i < 500; ++i) {
                EXPECT_TRUE(exists("free" + std::to_string(client) + "-" + std::to_string(i)));
            }
        }));
    }
}

TEST_P(RequestLoopTest, EndsWithTheMount)
{
    EXPECT_TRUE(exists("free"));
    ASSERT_EQ(::umount2(directory_.path().c_str(), 0), 0);
    EXPECT_EQ(served_.wait_for(10s), std::future_status::ready);
}

TEST_P(RequestLoopTest, EndsWhoeverLeads)
{
    for (int round = 0; round < 50; ++round) {
        for (unsigned i = 1; i <= 20; ++i) {
            ask_for("announced" + std::to_string(i));
            gate_.await(i);
        }
        end();
        start();
    }
}

TEST_P(RequestLoopTest, EndsWheneverItIsTold)
{
    for (int round = 0; round < 100; ++round) {
        const auto busy = std::async(std::launch::async, [this, round] {
            for (int i = 0; i < round % 3 * 20; ++i) {
                exists("free" + std::to_string(i));
            }
        });
        std::this_thread::sleep_for(round * 10us);
        end();
        start();
    }
}

TEST_P(RequestLoopTest, EndsOnceWhatWasBegunIsAnswered)
{
    ask_for("silent");
    gate_.await(1);
    session_->stop();
    EXPECT_EQ(served_.wait_for(20ms), std::future_status::timeout);
    gate_.open();
    EXPECT_EQ(served_.wait_for(10s), std::future_status::ready);
}

INSTANTIATE_TEST_SUITE_P(Spins, RequestLoopTest, testing::Values(0us, 100us, 10'000us),
                         [](const auto& spin) { return std::to_string(spin.param.count()); });

}  // namespace
}  // namespace bytestore::fuse
