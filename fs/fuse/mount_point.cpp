#include "fs/fuse/mount_point.h"

#include "engine/io/os_error.h"
#include "fs/fuse/other_daemon.h"
#include "fs/mount_table.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

namespace bytestore::fuse {
namespace {

constexpr std::chrono::milliseconds kMoment{300};
constexpr std::chrono::seconds kEndingTakes{30};
constexpr std::chrono::milliseconds kBetweenLooks{20};

// Without the '/' at the end, which would look into the directory, and fail for a dead mount.
std::string trimmed(std::string path)
{
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

Result<std::string> real_path(const std::string& path)
{
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), std::free);
    if (!real) {
        return os_failure(errno, "find", path);
    }
    return std::string(real.get());
}

// By statfs, for the kernel answers stat from its cache even if the daemon is gone.
bool is_dead(const std::string& directory)
{
    struct statfs info{};
    return ::statfs(directory.c_str(), &info) != 0 && errno == ENOTCONN;
}

Status require_directory(const std::string& path, Errc otherwise)
{
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        return os_failure(errno, "find", path);
    }
    if (!S_ISDIR(info.st_mode)) {
        return fail(otherwise, fmt::format("{} is not a directory", path));
    }
    return {};
}

Status run_fusermount(const std::string& mount_point)
{
    const std::array<const char*, 6> arguments{"fusermount3", "-u", "-z", "--", mount_point.c_str(), nullptr};
    pid_t child = 0;
    const int error =
        ::posix_spawnp(&child, arguments[0], nullptr, nullptr, const_cast<char* const*>(arguments.data()), environ);
    if (error != 0) {
        return os_failure(error, "start", arguments[0]);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) {
        return fail(Errc::busy, fmt::format("cannot unmount the dead mount on {}: fusermount3 failed", mount_point));
    }
    return {};
}

Status detach(const std::string& mount_point)
{
    if (::geteuid() != 0) {
        return run_fusermount(mount_point);
    }
    if (::umount2(mount_point.c_str(), MNT_DETACH) != 0) {
        return os_failure(errno, "unmount the dead mount on", mount_point);
    }
    return {};
}

// There may be several, one upon the other.
Status remove_dead_mounts(const std::string& mount_point)
{
    while (is_dead(mount_point)) {
        TRY_ASSIGN(const auto mount, fs::mount_on(mount_point));
        if (!mount || !mount->ours()) {
            return fail(Errc::busy,
                        fmt::format("{} is a dead mount of {} ({}), not one of a store; it is left alone", mount_point,
                                    mount ? mount->source : "something", mount ? mount->type : "unknown"));
        }
        TRY(detach(mount_point));
    }
    return {};
}

// Dead ones go. A daemon that was told to end still shows its store for a while, and for a moment even looks as if it
// went on.
Status refuse_live_mount(const Places& places)
{
    const auto begin = std::chrono::steady_clock::now();
    while (true) {
        TRY(remove_dead_mounts(places.mount_point));  // a killed daemon's mount is not dead at once
        TRY_ASSIGN(const auto mount, fs::mount_on(places.mount_point));
        if (!mount || !mount->ours()) {
            return {};
        }
        const auto waited = std::chrono::steady_clock::now() - begin;
        const bool may_end =
            was_mounted_on(places.data_dir, places.mount_point) && (waited < kMoment || !is_served(places.data_dir));
        if (!may_end || waited >= kEndingTakes) {
            return fail(Errc::busy, fmt::format("{0} already shows the store {1}; unmount it with: umount {0}",
                                                places.mount_point, mount->source));
        }
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

Result<std::string> real_mount_point(const std::string& given)
{
    if (given.empty()) {
        return fail(Errc::invalid, "the mount point has no name");
    }
    auto path = real_path(trimmed(given));
    if (!path && path.error().code == Errc::not_found) {
        return fail(Errc::not_found, fmt::format("the mount point {0} does not exist; make it with: mkdir {0}", given),
                    ENOENT);
    }
    return path;
}

// Of a data directory that is yet to be made.
Result<std::string> future_path(const std::string& given)
{
    struct stat info{};
    if (::lstat(given.c_str(), &info) == 0) {
        return fail(Errc::not_a_store, fmt::format("the data directory {} is a symbolic link to nothing", given));
    }
    const auto slash = given.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : given.substr(0, slash + 1);
    auto real_parent = real_path(parent);
    if (!real_parent) {
        return fail(Errc::not_a_store,
                    fmt::format("the data directory {} cannot be made: {}", given, real_parent.error().message));
    }
    const auto name = given.substr(slash == std::string::npos ? 0 : slash + 1);
    return *real_parent == "/" ? "/" + name : *real_parent + "/" + name;
}

Result<std::string> real_data_dir(const std::string& given)
{
    if (given.empty()) {
        return fail(Errc::invalid, "the data directory has no name");
    }
    const std::string path = trimmed(given);
    auto real = real_path(path);
    if (!real && real.error().code == Errc::not_found) {
        return future_path(path);
    }
    if (real) {
        TRY(require_directory(*real, Errc::not_a_store));
    }
    return real;
}

bool same_directory(const std::string& a, const std::string& b)
{
    struct stat of_a{};
    struct stat of_b{};
    return a == b || (::stat(a.c_str(), &of_a) == 0 && ::stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
                      of_a.st_ino == of_b.st_ino);
}

// Under whatever name: a bind mount gives a directory another.
bool is_inside(const std::string& path, const std::string& directory)
{
    std::filesystem::path above = path;
    while (above.has_relative_path()) {
        above = above.parent_path();
        if (same_directory(above, directory)) {
            return true;
        }
    }
    return false;
}

Status refuse_overlap(const Places& places)
{
    const auto& [data_dir, mount_point] = places;
    if (same_directory(data_dir, mount_point)) {
        return fail(Errc::busy, fmt::format("the data directory and the mount point are the same: {}", mount_point));
    }
    if (is_inside(mount_point, data_dir)) {
        return fail(Errc::busy,
                    fmt::format("the mount point {} lies inside the data directory {}", mount_point, data_dir));
    }
    if (is_inside(data_dir, mount_point)) {
        return fail(Errc::busy,
                    fmt::format("the data directory {} lies inside the mount point {}", data_dir, mount_point));
    }
    return {};
}

}  // namespace

Result<Places> check_places(const std::string& data_dir, const std::string& mount_point)
{
    Places places;
    TRY_ASSIGN(places.mount_point, real_mount_point(mount_point));
    TRY_ASSIGN(places.data_dir, real_data_dir(data_dir));
    TRY(refuse_overlap(places));
    TRY(refuse_live_mount(places));
    TRY(require_directory(places.mount_point, Errc::not_directory));
    return places;
}

}  // namespace bytestore::fuse
