// Lines that no reader may take, each bad in its own way, and the good ones between which a test puts them.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace bytestore::test {

struct HostileLine {
    std::string name;
    std::function<std::string()> make;  // its text, without a newline; some have millions of bytes
    std::string reason;                 // what its refusal says, beside its place
    bool only_in_a_log = false;         // a record by itself is good, and what is wrong is the company that it keeps

    std::string text() const { return make(); }

    friend void PrintTo(const HostileLine& line, std::ostream* out) { *out << line.name; }
};

std::vector<HostileLine> hostile_lines();

// With checksum and newline, as we write them. `synced_to`: the field d.
std::string header_line(std::uint64_t number);
std::string good_line(const std::string& key, std::uint64_t synced_to = 0);
std::string seal_line(std::uint64_t records, std::uint64_t size);

}  // namespace bytestore::test
