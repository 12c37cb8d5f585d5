// LOCK as another writer would have left it.
#pragma once

#include "engine/log/lock_file.h"

#include <functional>
#include <string>

namespace bytestore::test {

// Rewrites LOCK's claims; the store must be closed.
void change_claims(const std::string& directory, const std::function<void(LockClaims&)>& change,
                   FileSystem& files = posix_file_system());
// The machine was started anew: what LOCK says, if anything, is of an earlier boot.
void start_anew(FileSystem& files, const std::string& directory);

}  // namespace bytestore::test
