// The mutable level of the index: what was put since the base was built. It holds no key that the base shows.
#pragma once

#include "engine/types.h"

#include <functional>
#include <map>
#include <string>

namespace bytestore {

using IndexDelta = std::map<std::string, Entry, std::less<>>;

}  // namespace bytestore
