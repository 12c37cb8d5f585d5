#include "engine/format/base64.h"

#include <gtest/gtest.h>
#include <modp_b64.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::format {
namespace {

std::string random_bytes(std::size_t size, unsigned seed)
{
    std::mt19937 random(seed);
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
}

// Just as large as it must be, so that a sanitizer sees every byte too many.
std::string encoded(std::string_view bytes)
{
    std::vector<char> chars(base64_chars(bytes.size()) + 1);
    EXPECT_EQ(encode_base64(bytes, chars.data()), chars.size() - 1);
    return {chars.data(), chars.size() - 1};
}

std::string decoded(std::string_view chars)
{
    std::vector<char> bytes(base64_room(chars.size()));
    const std::vector<char> alone(chars.begin(), chars.end());
    const auto size = decode_base64({alone.data(), alone.size()}, bytes.data());
    return size == kInvalidBase64 ? "invalid" : std::string(bytes.data(), size);
}

std::string decoded_by_library(std::string_view chars)
{
    std::string bytes(modp_b64_decode_len(chars.size()), '\0');
    const auto size = modp_b64_decode(bytes.data(), chars.data(), chars.size());
    return size == kInvalidBase64 ? "invalid" : bytes.substr(0, size);
}

TEST(Base64, OfEveryLengthIsThatOfTheLibrary)
{
    for (std::size_t size = 0; size < 300; ++size) {
        const auto bytes = random_bytes(size, static_cast<unsigned>(size));
        std::string expected(modp_b64_encode_len(size), '\0');
        expected.resize(modp_b64_encode(expected.data(), bytes.data(), size));
        EXPECT_EQ(encoded(bytes), expected) << size;
        EXPECT_EQ(decoded(expected), size == 0 ? decoded_by_library("") : bytes) << size;
    }
}

TEST(Base64, HasEverySixBitsInEveryPlace)
{
    for (std::size_t place = 0; place < 64; ++place) {
        for (unsigned bits = 0; bits < 64; ++bits) {
            std::string bytes(96, '\0');
            bytes[place] = static_cast<char>(bits << 2);
            bytes[place + 1] = static_cast<char>(bits);
            ASSERT_EQ(decoded(encoded(bytes)), bytes) << place << ": " << bits;
        }
    }
}

TEST(Base64, RefusesEveryOtherCharacterInEveryPlace)
{
    const auto good = encoded(random_bytes(150, 1));
    for (std::size_t place = 0; place < good.size(); ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            auto chars = good;
            chars[place] = static_cast<char>(byte);
            ASSERT_EQ(decoded(chars), decoded_by_library(chars)) << place << ": " << byte;
        }
    }
}

TEST(Base64, IsDecodedWhereItIs)
{
    for (std::size_t size = 1; size < 300; ++size) {
        const auto bytes = random_bytes(size, static_cast<unsigned>(size));
        auto text = encoded(bytes);
        const auto decoded = decode_base64(text, text.data());
        ASSERT_EQ(text.substr(0, decoded), bytes) << size;
    }
}

}  // namespace
}  // namespace bytestore::format
