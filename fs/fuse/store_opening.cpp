#include "fs/fuse/store_opening.h"

#include "fs/fuse/log.h"
#include "fs/fuse/other_daemon.h"
#include "fs/mapping.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <chrono>

namespace bytestore::fuse {
namespace {

constexpr std::chrono::seconds kClosingTakes{30};
constexpr std::chrono::milliseconds kBetweenLooks{100};
Options store_options(const MountOptions& options, const Places& places)
{
    Options store = options.store;
    store.mount_point = places.mount_point;
    store.is_hidden = fs::is_marker;
    store.log = store_log();
    return store;
}

void warn_of_open_directory(const Store& store, const std::string& data_dir)
{
    if ((store.directory_info().mode & S_IWOTH) != 0) {
        spdlog::warn("the data directory {} can be written by everyone", data_dir);
    }
}

Result<std::unique_ptr<Store>> open_or_wait(const std::string& data_dir, Options options)
{
    const auto deadline = std::chrono::steady_clock::now() + kClosingTakes;
    options.lock_wait = kBetweenLooks;
    while (true) {
        auto store = Store::open(data_dir, options);
        if (store || store.error().code != Errc::locked || is_served(data_dir) ||
            std::chrono::steady_clock::now() >= deadline) {
            return store;
        }
        spdlog::debug("{}; waiting for it to finish", store.error().message);
    }
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const MountOptions& options, const Places& places)
{
    struct stat info{};
    if (options.store.read_only && ::stat(places.data_dir.c_str(), &info) != 0) {
        return fail(Errc::not_a_store, fmt::format("the data directory {} does not exist", places.data_dir));
    }
    auto store = open_or_wait(places.data_dir, store_options(options, places));
    if (!store && store.error().code == Errc::read_only) {
        return fail(Errc::read_only, store.error().message + "; it can be mounted with -o ro");
    }
    if (store) {
        warn_of_open_directory(**store, places.data_dir);
    }
    return store;
}

}  // namespace bytestore::fuse
