// The frames on DATADIR/SOCK: a header of fixed size, a head (JSON), and a body (the bytes of a value).
//
// Header, little-endian: magic (4 bytes), version (2), zero (2), length of the head (4), length of the body (8), and
// the low half of the XXH3-64 of all that (4).
//
// A client sends requests, and gets one answer to each, in order. A request's head has "do", the name of what is
// wanted, and its arguments; an answer's head has "error" if it failed. A batch is a request with the number of its
// parts, which follow as frames of their own, and one answer.
//
// A daemon that closes a connection in order says goodbye before. It is no answer: who gets it knows that all requests
// but those that were answered were not begun, and may ask somebody else.
#pragma once

#include "engine/result.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bytestore::remote {

using Json = nlohmann::json;

inline constexpr const char* kSocketName = "SOCK";
// Both sides must have the same. To be raised with every change of what is sent.
inline constexpr std::uint16_t kProtocolVersion = 2;
inline constexpr std::size_t kHeaderBytes = 24;

struct Header {
    std::uint32_t head_bytes = 0;
    std::uint64_t body_bytes = 0;
};

// What a peer may send.
struct FrameLimits {
    std::uint32_t head_bytes = 0;
    std::uint64_t body_bytes = 0;
};

struct Frame {
    Json head;
    std::string body;
};

std::array<char, kHeaderBytes> encode_header(Header header, std::uint16_t version = kProtocolVersion);
// Errc::invalid for what is no header, Errc::unsupported for another version, Errc::too_large beyond the limits.
Result<Header> decode_header(std::span<const char, kHeaderBytes> bytes, const FrameLimits& limits);

// Errc::invalid for what is not one JSON object.
Result<Json> decode_head(std::string_view text);

// As a head.
Json goodbye();
bool is_goodbye(const Json& head);

}  // namespace bytestore::remote
