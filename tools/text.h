// How keys look in what kvs prints; the forms are those of the first ByteStore.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bytestore::tools {

// `text` with spaces behind it up to `width` characters (code points, so that short Cyrillic or Chinese keys line up in
// number).
std::string padded(std::string_view text, std::size_t width);

// `text` in double quotes, with quotes, backslashes, control, format, private and invalid characters escaped, as Rust's
// {:?} does. (Rust also escapes combining marks and what Unicode has not assigned; here they show as they are.)
std::string in_quotes(std::string_view text);

}  // namespace bytestore::tools
