// The inputs that are kept for each target.
#pragma once

#include <map>
#include <string>

namespace bytestore::fuzz {

using Corpus = std::map<std::string, std::string>;  // bytes by the name of the file

// Of tests/fuzz/corpus/<target>; for targets that read lines also those of tests/data/first-stores/lines.json, of which
// we know what the first ByteStore did with them.
Corpus corpus_of(const std::string& target);

}  // namespace bytestore::fuzz
