#include "fs/remote/protocol.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

namespace bytestore::remote {
namespace {

constexpr const char* kGoodbye = "goodbye";
constexpr std::string_view kMagic = "BYTS";
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kZeroAt = 6;
constexpr std::size_t kHeadAt = 8;
constexpr std::size_t kBodyAt = 12;
constexpr std::size_t kSumAt = 20;

template <class Integer>
void put(char* at, Integer value)
{
    for (std::size_t i = 0; i < sizeof value; ++i) {
        at[i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
}

template <class Integer>
Integer take(const char* at)
{
    Integer value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
        value |= static_cast<Integer>(static_cast<Integer>(static_cast<unsigned char>(at[i])) << (8 * i));
    }
    return value;
}

std::uint32_t checksum(const char* header)
{
    return static_cast<std::uint32_t>(XXH3_64bits(header, kSumAt));
}

}  // namespace

std::array<char, kHeaderBytes> encode_header(Header header, std::uint16_t version)
{
    std::array<char, kHeaderBytes> bytes{};
    std::ranges::copy(kMagic, bytes.begin());
    put(bytes.data() + kVersionAt, version);
    put(bytes.data() + kHeadAt, header.head_bytes);
    put(bytes.data() + kBodyAt, header.body_bytes);
    put(bytes.data() + kSumAt, checksum(bytes.data()));
    return bytes;
}

Result<Header> decode_header(std::span<const char, kHeaderBytes> bytes, const FrameLimits& limits)
{
    const bool intact = std::string_view(bytes.data(), kMagic.size()) == kMagic &&
                        take<std::uint16_t>(bytes.data() + kZeroAt) == 0 &&
                        take<std::uint32_t>(bytes.data() + kSumAt) == checksum(bytes.data());
    if (!intact) {
        return fail(Errc::invalid, "the other side does not speak ByteStore's protocol");
    }
    if (const auto version = take<std::uint16_t>(bytes.data() + kVersionAt); version != kProtocolVersion) {
        return fail(Errc::unsupported, fmt::format("the other side speaks version {} of the protocol, and this one {}; "
                                                   "use kvs and bytestore-mount of the same version",
                                                   version, kProtocolVersion));
    }
    const Header header{.head_bytes = take<std::uint32_t>(bytes.data() + kHeadAt),
                        .body_bytes = take<std::uint64_t>(bytes.data() + kBodyAt)};
    if (header.head_bytes > limits.head_bytes || header.body_bytes > limits.body_bytes) {
        return fail(Errc::too_large,
                    fmt::format("a message of {} and {} bytes is over the limits of {} and {}", header.head_bytes,
                                header.body_bytes, limits.head_bytes, limits.body_bytes));
    }
    return header;
}

Result<Json> decode_head(std::string_view text)
{
    auto head = Json::parse(text, nullptr, false);
    if (!head.is_object()) {
        return fail(Errc::invalid, "the head of a message is not a JSON object");
    }
    return head;
}

Json goodbye()
{
    return {{kGoodbye, true}};
}

bool is_goodbye(const Json& head)
{
    return head.contains(kGoodbye);
}

}  // namespace bytestore::remote
