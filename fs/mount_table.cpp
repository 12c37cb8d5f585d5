#include "fs/mount_table.h"

#include "engine/io/os_error.h"

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

}  // namespace bytestore::fs
