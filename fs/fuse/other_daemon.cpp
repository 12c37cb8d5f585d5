#include "fs/fuse/other_daemon.h"

#include "engine/io/file.h"
#include "engine/log/lock_file.h"
#include "fs/mount_table.h"
#include "fs/remote/client.h"

#include <chrono>
#include <optional>

namespace bytestore::fuse {
namespace {

constexpr std::chrono::seconds kAnswer{5};

std::optional<LockClaims> claims_of(const std::string& data_dir)
{
    const auto directory = posix_file_system().open_directory(data_dir, false);
    return directory ? read_claims(**directory) : std::nullopt;
}

bool still_mounted(const std::string& data_dir)
{
    const auto claims = claims_of(data_dir);
    if (!claims || claims->mount_point.empty()) {
        return true;
    }
    const auto mount = fs::mount_on(claims->mount_point, claims->pid);
    if (!mount) {
        return mount.error().code != Errc::not_found;  // else the process is gone
    }
    return *mount && (*mount)->ours();
}

}  // namespace

bool is_served(const std::string& data_dir)
{
    const auto daemon = remote::RemoteBackend::connect(data_dir, kAnswer);
    return (!daemon || *daemon) && still_mounted(data_dir);
}

bool was_mounted_on(const std::string& data_dir, const std::string& mount_point)
{
    const auto claims = claims_of(data_dir);
    return claims && claims->mount_point == mount_point;
}

}  // namespace bytestore::fuse
