#include "fs/fuse/readiness.h"

#include "tests/support/files.h"
#include "tests/support/temp_directory.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

namespace bytestore::fuse {
namespace {

using testing::HasSubstr;

Status agree()
{
    return {};
}

TEST(BackgroundTest, a_daemon_that_is_ready_is_a_success_once_confirmed)
{
    int confirmed = 0;
    const auto started = run_in_background([](Starter& starter) { return starter.ready(); },
                                           [&]() -> Status {
                                               ++confirmed;
                                               return {};
                                           });
    EXPECT_TRUE(started);
    EXPECT_EQ(confirmed, 1);
}

TEST(BackgroundTest, the_error_of_a_daemon_is_that_of_the_start)
{
    const std::string long_message(100000, 'x');
    for (const std::string& message : {std::string("no"), std::string(), std::string("a\nb"), long_message}) {
        const auto started = run_in_background([&](Starter&) { return fail(Errc::damaged, message); }, agree);
        ASSERT_FALSE(started);
        EXPECT_EQ(started.error().code, Errc::damaged);
        EXPECT_EQ(started.error().message, one_line(message));
    }
}

TEST(BackgroundTest, a_daemon_that_dies_without_a_word_is_an_error)
{
    const auto killed = run_in_background(
        [](Starter&) -> Status {
            ::raise(SIGKILL);
            return {};
        },
        agree);
    ASSERT_FALSE(killed);
    EXPECT_THAT(killed.error().message, HasSubstr("signal 9"));
    const auto left = run_in_background([](Starter&) -> Status { std::_Exit(3); }, agree);
    ASSERT_FALSE(left);
    EXPECT_THAT(left.error().message, HasSubstr("status 3"));
}

TEST(BackgroundTest, an_error_after_ready_explains_a_mount_that_does_not_answer)
{
    const auto started = run_in_background(
        [](Starter& starter) -> Status {
            std::signal(SIGTERM, SIG_IGN);  // it ends by itself
            TRY(starter.ready());
            return fail(Errc::unsupported, "the kernel is too old");
        },
        [] { return fail(Errc::io, "no answer"); });
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "the kernel is too old");
}

TEST(BackgroundTest, a_daemon_that_is_not_confirmed_is_ended)
{
    const auto started = run_in_background(
        [](Starter& starter) -> Status {
            TRY(starter.ready());
            ::pause();
            return {};
        },
        [] { return fail(Errc::io, "no answer"); });
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().message, "no answer");
}

TEST(BackgroundTest, a_ready_daemon_has_left_the_terminal)
{
    const test::TempDirectory directory;
    const std::string seen = directory / "seen";
    const auto look = [&] {
        const bool leads = ::getsid(0) == ::getpid();
        test::write_file(seen, (leads ? "leader " : "") + std::filesystem::current_path().string() +
                                   std::filesystem::read_symlink("/proc/self/fd/0").string() +
                                   std::filesystem::read_symlink("/proc/self/fd/1").string() +
                                   std::filesystem::read_symlink("/proc/self/fd/2").string());
    };
    const auto started = run_in_background(
        [&](Starter& starter) -> Status {
            std::signal(SIGTERM, SIG_IGN);
            TRY(starter.ready());
            look();
            return fail(Errc::io, "looked");
        },
        [] { return fail(Errc::io, "wait for the daemon's error"); });
    EXPECT_EQ(started.error().message, "looked");
    EXPECT_EQ(test::read_file(seen), "leader //dev/null/dev/null/dev/null");
}

class ServiceManagerTest : public testing::Test {
protected:
    ~ServiceManagerTest() override { ::unsetenv("NOTIFY_SOCKET"); }

    // Listens where `name` says, '@' being the abstract name space.
    void listen(const std::string& name)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.starts_with('@')) {
            address.sun_path[0] = '\0';
        }
        socket_ = fs::Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0) << name;
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    std::string heard() const
    {
        std::array<char, 100> bytes{};
        const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        return size < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(size));
    }
    std::string place(const std::string& name) const { return directory_ / name; }

private:
    test::TempDirectory directory_;
    fs::Descriptor socket_;
};

TEST_F(ServiceManagerTest, hears_of_a_state_in_one_datagram)
{
    for (const std::string& name : {place("socket"), "@bytestore-test-" + std::to_string(::getpid())}) {
        listen(name);
        EXPECT_TRUE(notify_service_manager("READY=1"));
        EXPECT_EQ(heard(), "READY=1") << name;
        EXPECT_EQ(heard(), "");
    }
}

TEST_F(ServiceManagerTest, is_not_needed)
{
    ::unsetenv("NOTIFY_SOCKET");
    EXPECT_TRUE(notify_service_manager("READY=1"));
}

TEST_F(ServiceManagerTest, that_cannot_be_reached_is_an_error)
{
    for (const std::string& name : {place("nobody"), "/" + std::string(200, 'x'), std::string("relative")}) {
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
        const auto told = notify_service_manager("READY=1");
        ASSERT_FALSE(told) << name;
        EXPECT_THAT(told.error().message, HasSubstr(name));
    }
}

}  // namespace
}  // namespace bytestore::fuse
