// The mapping between keys and paths over a real store: what depends on the keys that are there is looked up in it.
#pragma once

#include "fs/remote/backend.h"

#include <string>
#include <string_view>

namespace bytestore::tools {

// The path of `key` below the mount point, whether or not there is such a key. Errc::not_utf8, name_too_long, invalid
// for what can be none.
Result<std::string> path_of_key(remote::Backend& backend, std::string_view key);

// The key that `path` shows, whether or not it is there. Errors are those of fs::key_of_path.
Result<std::string> key_of_path(remote::Backend& backend, std::string_view path);

}  // namespace bytestore::tools
