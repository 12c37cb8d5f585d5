// What reading the log found beside records.
#pragma once

#include "engine/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace bytestore {

struct Finding {
    enum class Severity : std::uint8_t {
        notice,   // worth to know
        warning,  // what a crash leaves: nothing that was on stable storage is gone
        damage,   // what no crash explains: the store does not open
    };
    Severity severity = Severity::notice;
    std::string file;                     // its name in the data directory
    std::optional<std::uint64_t> offset;  // in it; none: it is about the file as a whole
    std::string what;
};

// Hears findings one by one; its error ends what finds them.
using FindingSink = std::function<Status(const Finding&)>;

// What a store with this damage is refused with.
Error refusal(const Finding& damage);

}  // namespace bytestore
