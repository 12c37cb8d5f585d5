#include "fs/mount_table.h"

#include "engine/io/os_error.h"

#include <fmt/format.h>
#include <mntent.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

namespace bytestore::fs {
namespace {

struct CloseTable {
    void operator()(FILE* table) const { ::endmntent(table); }
};

}  // namespace

Result<std::optional<Mount>> mount_on(const std::string& directory, std::optional<std::int64_t> pid)
{
    const auto path = fmt::format("/proc/{}/mounts", pid ? std::to_string(*pid) : "self");
    const std::unique_ptr<FILE, CloseTable> table(::setmntent(path.c_str(), "re"));
    if (!table) {
        return os_failure(errno, "read", path);
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
