#include "tests/mount/mount.h"

#include "tests/mount/shell.h"
#include "tests/support/files.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace bytestore::test {
namespace {

constexpr std::chrono::seconds kPatience{30};

}  // namespace

bool is_mounted(const std::string& directory)
{
    struct statfs info{};
    return ::statfs(directory.c_str(), &info) == 0 && info.f_type == FUSE_SUPER_MAGIC;
}

Mount::~Mount()
{
    force_unmount(places_.mount_point);
    if (daemon_ && !ended()) {
        ADD_FAILURE() << "the daemon did not end: " << log();
        daemon_->kill_group();
    }
}

testing::AssertionResult Mount::start(const std::vector<std::string>& options)
{
    std::vector<std::string> words{BYTESTORE_MOUNT, "-f", places_.data_dir, places_.mount_point};
    words.insert(words.end(), options.begin(), options.end());
    const int log_file = ::open(places_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    // SIGTERM: the daemon of a test that was killed unmounts.
    daemon_ = std::make_unique<Child>(
        words,
        ChildSettings{
            .directory = "/", .environment = {}, .out = log_file, .err = log_file, .signal_at_our_death = SIGTERM});
    ::close(log_file);
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!is_mounted(places_.mount_point)) {
        if (!daemon_->running() || std::chrono::steady_clock::now() > give_up) {
            return testing::AssertionFailure() << "no mount: " << log();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return testing::AssertionSuccess();
}

std::optional<int> Mount::unmount()
{
    const auto done = run({"umount", places_.mount_point});
    EXPECT_EQ(done.status, 0) << done.err;
    return ended();
}

std::optional<int> Mount::end_by(int signal)
{
    daemon_->signal(signal);
    return ended();
}

void Mount::kill9()
{
    daemon_->signal(SIGKILL);
    EXPECT_EQ(ended(), 128 + SIGKILL);
}

std::optional<int> Mount::ended()
{
    return daemon_->wait(kPatience);
}

std::string Mount::log() const
{
    return read_file(places_.log);
}

}  // namespace bytestore::test
