// How the first ByteStore reads a store: it parses each line, looks at cmd, key and value, and the last of a key wins.
#pragma once

#include "tests/support/files.h"
#include "tests/support/model.h"

#include <map>
#include <string>

namespace bytestore::test {

// Keys and value strings, nothing of them decoded. A line that it would refuse is a failure of the test.
Map read_as_first(const Path& directory);
// The same of the files with these names and bytes, of which it reads those that are segments.
Map read_as_first(const std::map<std::string, std::string>& files);

}  // namespace bytestore::test
