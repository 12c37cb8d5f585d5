// Puts right what no mutation hits: the checksums of a log.
#pragma once

#include <string>
#include <string_view>

namespace bytestore::fuzz {

// Every line that ends in something like ,"c":"0123456789abcdef"} gets the checksum that belongs there, and a seal that
// says 0 records in 0 bytes says what is true.
std::string mended_log(std::string_view text);
// The same for one line, without its newline.
std::string mended_line(std::string_view line);
// The line, which ends in a brace, with a checksum added.
std::string with_checksum(std::string_view line);

}  // namespace bytestore::fuzz
