#include "fs/remote/protocol.h"
#include "fs/remote/codec.h"

#include <gtest/gtest.h>

#include <limits>

namespace bytestore::remote {
namespace {

constexpr FrameLimits kAny{.head_bytes = std::numeric_limits<std::uint32_t>::max(),
                           .body_bytes = std::numeric_limits<std::uint64_t>::max()};

TEST(ProtocolTest, AHeaderReturnsAsItWas)
{
    for (const std::uint32_t head : {0U, 1U, 255U, 256U, 70000U, std::numeric_limits<std::uint32_t>::max()}) {
        for (const std::uint64_t body :
             {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 33, std::numeric_limits<std::uint64_t>::max()}) {
            const auto header = decode_header(encode_header({.head_bytes = head, .body_bytes = body}), kAny);
            ASSERT_TRUE(header);
            EXPECT_EQ(header->head_bytes, head);
            EXPECT_EQ(header->body_bytes, body);
        }
    }
}

TEST(ProtocolTest, AHeaderWithAnyBitFlippedIsRefused)
{
    const auto good = encode_header({.head_bytes = 10, .body_bytes = 1000});
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
        const auto header = decode_header(bad, kAny);
        EXPECT_FALSE(header) << bit;
    }
}

TEST(ProtocolTest, LengthsOverTheLimitAreRefused)
{
    const FrameLimits limits{.head_bytes = 100, .body_bytes = 1000};
    EXPECT_TRUE(decode_header(encode_header({.head_bytes = 100, .body_bytes = 1000}), limits));
    EXPECT_EQ(decode_header(encode_header({.head_bytes = 101, .body_bytes = 0}), limits).error().code, Errc::too_large);
    EXPECT_EQ(decode_header(encode_header({.head_bytes = 0, .body_bytes = 1001}), limits).error().code,
              Errc::too_large);
}

TEST(ProtocolTest, AHeadIsOneJsonObject)
{
    EXPECT_TRUE(decode_head(R"({"do":"get"})"));
    for (const auto* bad : {"", "{", "[]", "1", "null", "{}{}", "{\"a\":\"\xff\"}", "\xef\xbb\xbf"}) {
        EXPECT_EQ(decode_head(bad).error().code, Errc::invalid) << bad;
    }
    EXPECT_FALSE(decode_head(std::string(1 << 20, '[')));
}

TEST(ProtocolTest, BytesOfAnyKindTravel)
{
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    for (const auto& bytes : {std::string(), std::string("user:1"), std::string("\0", 1), std::string("\xd0"), all}) {
        EXPECT_EQ(bytes_from(Json::parse(json_of(std::string_view(bytes)).dump())), bytes);
    }
}

TEST(ProtocolTest, MetadataAndItemsTravel)
{
    const Meta meta{.mtime = -1, .atime = 2, .ctime = {}, .mode = 0600, .uid = 4000000000, .gid = {}};
    EXPECT_EQ(meta_from(json_of(meta)), meta);
    EXPECT_EQ(meta_from(json_of(Meta{})), Meta{});
    const ListItem item{
        .name = "k", .group = false, .entry = {.size = std::uint64_t{1} << 40, .kind = Kind::link, .meta = meta}};
    const auto back = list_item_from(json_of(item));
    EXPECT_EQ(back.name, "k");
    EXPECT_EQ(back.entry, item.entry);
    const ListRequest request{.prefix = "p", .delimiter = ':', .after = "pa", .limit = SIZE_MAX};
    const auto asked = list_request_from(json_of(request));
    EXPECT_EQ(asked.prefix, "p");
    EXPECT_EQ(asked.delimiter, ':');
    EXPECT_EQ(asked.after, "pa");
    EXPECT_EQ(asked.limit, SIZE_MAX);
}

TEST(ProtocolTest, ANumberIsWholeAndInRange)
{
    EXPECT_EQ(integer_from<std::uint64_t>(Json::parse("18446744073709551615")), UINT64_MAX);
    EXPECT_EQ(integer_from<std::int64_t>(Json::parse("-9223372036854775808")), INT64_MIN);
    for (const auto* bad : {"1e300", "1.0", "-1", "18446744073709551616", "\"1\"", "null", "true", "[1]"}) {
        EXPECT_THROW(integer_from<std::uint64_t>(Json::parse(bad)), Json::exception) << bad;
    }
    EXPECT_THROW(integer_from<std::uint32_t>(Json::parse("4294967296")), Json::exception);
    EXPECT_THROW(bytes_from(Json::parse("[256]")), Json::exception);
    EXPECT_THROW(meta_from(Json::parse(R"({"mtime":1,"mode":0.5})")), Json::exception);
}

TEST(ProtocolTest, EveryErrorTravels)
{
    for (unsigned code = 0; code <= static_cast<unsigned>(Errc::no_memory); ++code) {
        const Error error{.code = static_cast<Errc>(code), .message = "no \xff", .os_error = 5};
        const auto back = error_from(json_of(error));
        EXPECT_EQ(back.code, error.code);
        EXPECT_EQ(back.message, error.message);
        EXPECT_EQ(back.os_error, 5);
    }
    EXPECT_EQ(error_from({{"code", 4711}, {"message", ""}, {"errno", 0}}).code, Errc::io);
}

}  // namespace
}  // namespace bytestore::remote
