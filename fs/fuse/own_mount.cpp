#include "fs/fuse/own_mount.h"

#include "fs/descriptor.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace bytestore::fuse {
namespace {

constexpr std::chrono::seconds kPatience{1};

struct Identity {
    dev_t device = 0;
    std::uint64_t ino = 0;
    bool operator==(const Identity&) const = default;
};

// As the kernel knows it, without a request.
std::optional<Identity> identity_of(const fs::Descriptor& file)
{
    struct statx info{};
    if (::statx(file.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &info) != 0) {
        return std::nullopt;
    }
    return Identity{.device = makedev(info.stx_dev_major, info.stx_dev_minor), .ino = info.stx_ino};
}

// It does not leave the mount, whatever is mounted on a directory of it, or linked to.
fs::Descriptor open_in(const fs::Descriptor& directory, std::string_view path)
{
    open_how how{};
    how.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
    std::array<char, PATH_MAX> text{};
    path.copy(text.data(), text.size() - 1);
    const auto number = ::syscall(SYS_openat2, directory.get(), text.data(), &how, sizeof(how));
    return fs::Descriptor(static_cast<int>(number));
}

// Of any length.
fs::Descriptor open_below(fs::Descriptor directory, std::string_view path)
{
    while (directory.valid() && path.size() >= PATH_MAX) {
        const auto end = path.rfind('/', PATH_MAX - 1);  // no name is as long as that
        directory = open_in(directory, path.substr(0, end));
        path.remove_prefix(end + 1);
    }
    return directory.valid() ? open_in(directory, path) : std::move(directory);
}

fs::Descriptor open_root(const std::string& mount_point)
{
    return fs::Descriptor(::open(mount_point.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

struct OwnMount::State {
    struct Task {
        std::uint64_t ino = 0;
        std::string path;
    };

    std::string mount_point;  // these two are constant after reach()
    dev_t device = 0;
    std::atomic<pid_t> asking = 0;  // the thread, while it works

    std::mutex mutex;
    std::condition_variable changed;
    // Guarded by mutex.
    std::optional<Task> task;  // to be done, or being done: then it is constant
    bool found = false;        // by the last one: not another file in its place
    bool held_up = false;      // somebody gave up waiting for it
    bool left = false;

    bool ask() const;
};

OwnMount::OwnMount()
    : state_(std::make_shared<State>())
{
}

OwnMount::~OwnMount()
{
    leave();
}

void OwnMount::reach(const std::string& mount_point)
{
    state_->mount_point = mount_point;
    const auto root = identity_of(open_root(mount_point));
    state_->device = root ? root->device : 0;
}

bool OwnMount::is_asking(pid_t thread) const
{
    return thread != 0 && thread == state_->asking;  // 0 is whoever lives in a PID namespace that is none of ours
}

bool OwnMount::refresh(std::uint64_t ino, const std::string& path)
{
    const std::unique_lock turn(turn_, kPatience);
    auto& state = *state_;
    std::unique_lock lock(state.mutex);
    if (!turn || state.held_up || state.left) {
        return true;
    }
    state.task = State::Task{.ino = ino, .path = path};
    if (!thread_.joinable() && !start_thread()) {
        state.task.reset();
        return true;
    }
    state.changed.notify_all();
    state.held_up = !state.changed.wait_for(lock, kPatience, [&state] { return !state.task; });
    return state.held_up || state.found;
}

bool OwnMount::start_thread()
{
    try {
        thread_ = std::thread([state = state_] { work(state); });
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

void OwnMount::work(const std::shared_ptr<State>& state)
{
    std::unique_lock lock(state->mutex);
    while (true) {
        state->changed.wait(lock, [&] { return state->left || state->task; });
        if (state->left) {
            break;
        }
        lock.unlock();
        state->asking = ::gettid();
        const bool found = state->ask();
        state->asking = 0;
        lock.lock();
        state->found = found;
        state->held_up = false;
        state->task.reset();
        state->changed.notify_all();
    }
    state->task.reset();
    state->changed.notify_all();
}

// A change of attributes that changes none: the kernel makes it as any other, with the inode locked as for a write. The
// mount is in use for as long as it takes only: it could not be unmounted meanwhile.
bool OwnMount::State::ask() const
{
    constexpr auto kSame = static_cast<uid_t>(-1);
    auto root = open_root(mount_point);
    if (const auto at = identity_of(root); !at || at->device != device) {
        return true;  // something is mounted over it
    }
    const auto file = open_below(std::move(root), task->path);
    if (identity_of(file) != Identity{.device = device, .ino = task->ino}) {
        return false;
    }
    static_cast<void>(::fchownat(file.get(), "", kSame, kSame, AT_EMPTY_PATH));
    return true;
}

void OwnMount::leave()
{
    const std::lock_guard leaving(leave_mutex_);
    std::unique_lock lock(state_->mutex);
    const bool was_held_up = state_->held_up;
    state_->left = true;
    state_->changed.notify_all();
    const auto has_ended = [this] { return !state_->task; };
    const bool ends = !was_held_up && state_->changed.wait_for(lock, kPatience, has_ended);
    lock.unlock();
    if (thread_.joinable()) {
        ends ? thread_.join() : thread_.detach();
    }
}

}  // namespace bytestore::fuse
