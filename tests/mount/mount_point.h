// Places where something is mounted.
#pragma once

#include <string>

namespace bytestore::test {

// Whether anything is mounted there, be it dead.
bool is_mount_point(const std::string& directory);
// Takes away whatever is mounted there; what still uses it gets errors.
void force_unmount(const std::string& directory);

}  // namespace bytestore::test
