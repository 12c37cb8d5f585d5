#include "tools/json.h"

#include "engine/format/record.h"

#include <sodium.h>
#include <nlohmann/json.hpp>

namespace bytestore::tools {
namespace {

using Json = nlohmann::ordered_json;

// The name of a data directory need not be UTF-8, and dump() throws unless told otherwise.
std::string line(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string base64(std::string_view bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the terminating NUL is counted
    return text;
}

}  // namespace

std::string json_line(std::string_view key)
{
    return line({{"key", key}});
}

std::string json_line(std::string_view key, const Value& value)
{
    const bool text = format::is_valid_utf8(value.bytes);
    Json json{{"key", key}, {"value", text ? value.bytes : base64(value.bytes)}};
    if (!text) {
        json["encoding"] = "base64";
    }
    if (value.kind == Kind::link) {
        json["kind"] = "link";
    }
    return line(json);
}

}  // namespace bytestore::tools
