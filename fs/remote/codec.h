// What travels in the heads of frames. The from_* functions throw nlohmann::json::exception for what is malformed;
// whoever handles a frame turns that into an error.
#pragma once

#include "engine/store.h"
#include "fs/remote/protocol.h"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace bytestore::remote {

// A whole number that T holds: the library would convert any number, also one where that means nothing.
template <std::integral T>
T integer_from(const Json& json)
{
    const bool fits = json.is_number_unsigned()
                          ? std::in_range<T>(json.get<std::uint64_t>())
                          : json.is_number_integer() && std::in_range<T>(json.get<std::int64_t>());
    if (!fits) {
        throw Json::type_error::create(302, "a number is not whole, or out of range", &json);
    }
    return json.get<T>();
}

// A string of any bytes: itself if it is UTF-8, else an array of their numbers.
Json json_of(std::string_view bytes);
std::string bytes_from(const Json& json);

Json json_of(const Error& error);
Error error_from(const Json& json);

Json json_of(const Meta& meta);
Meta meta_from(const Json& json);

Json json_of(Kind kind);
Kind kind_from(const Json& json);

Json json_of(const ListRequest& request);
ListRequest list_request_from(const Json& json);

// Of an entry: size, kind and metadata.
Json json_of(const ListItem& item);
ListItem list_item_from(const Json& json);

Json json_of(const Stats& stats);
Stats stats_from(const Json& json);

Json json_of(const CompactionReport& report);
CompactionReport report_from(const Json& json);

}  // namespace bytestore::remote
