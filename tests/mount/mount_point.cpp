#include "tests/mount/mount_point.h"

#include <sys/mount.h>

#include <fstream>

namespace bytestore::test {

bool is_mount_point(const std::string& directory)
{
    std::ifstream table("/proc/self/mountinfo");
    for (std::string line; std::getline(table, line);) {
        if (line.find(" " + directory + " ") != std::string::npos) {
            return true;
        }
    }
    return false;
}

void force_unmount(const std::string& directory)
{
    while (is_mount_point(directory)) {
        ::umount2(directory.c_str(), MNT_FORCE);
        if (::umount2(directory.c_str(), MNT_DETACH) != 0) {
            return;
        }
    }
}

}  // namespace bytestore::test
