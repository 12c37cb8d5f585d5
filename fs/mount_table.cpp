#include "fs/mount_table.h"

#include "engine/io/file.h"
#include "engine/io/os_error.h"
#include "engine/log/lock_file.h"

#include <mntent.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace bytestore::fs {
namespace {

constexpr const char* kTable = "/proc/self/mounts";

struct CloseTable {
    void operator()(FILE* table) const { ::endmntent(table); }
};

}  // namespace

Result<std::optional<Mount>> mount_on(const std::string& directory)
{
    const std::unique_ptr<FILE, CloseTable> table(::setmntent(kTable, "re"));
    if (!table) {
        return os_failure(errno, "read", kTable);
    }
    std::optional<Mount> found;
    std::array<char, 32768> line{};  // two paths of PATH_MAX, each byte of which may be written as four
    mntent entry{};
    while (::getmntent_r(table.get(), &entry, line.data(), static_cast<int>(line.size())) != nullptr) {
        if (directory == entry.mnt_dir) {
            found = Mount{entry.mnt_fsname, entry.mnt_type};  // a later one covers an earlier one
        }
    }
    return found;
}

bool is_mounted(const std::string& data_dir)
{
    const auto directory = posix_file_system().open_directory(data_dir, false);
    const auto claims = directory ? read_claims(**directory) : std::nullopt;
    if (!claims || claims->mount_point.empty()) {
        return false;
    }
    const auto mount = mount_on(claims->mount_point);
    return mount && *mount && (*mount)->ours();
}

}  // namespace bytestore::fs
