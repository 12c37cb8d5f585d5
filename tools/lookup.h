// Keys and values as kvs shows them: the markers of directories are no keys.
#pragma once

#include "fs/remote/backend.h"

#include <functional>
#include <optional>
#include <string>

namespace bytestore::tools {

using remote::Backend;
using remote::Value;

// Nothing if there is no such key; an error, which names the key, if its value cannot be read.
Result<std::optional<Value>> look_up(Backend& backend, const std::string& key);

// Visits the keys that start with `prefix`, markers included, in their order, page by page, until a visit fails; its
// error is handed on.
Status for_each_item(Backend& backend, const std::string& prefix,
                     const std::function<Status(const ListItem& item)>& visit);

// The same without markers.
Status for_each_key(Backend& backend, const std::string& prefix,
                    const std::function<Status(const std::string& key)>& visit);

}  // namespace bytestore::tools
