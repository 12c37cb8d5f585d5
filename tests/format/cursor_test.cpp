#include "engine/format/cursor.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace bytestore::format {
namespace {

// The longest start of `text` that is a decimal as we write it, read a digit at a time.
template <class N>
bool reads_as(std::string_view text, N& number, std::size_t& size)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    size = static_cast<std::size_t>(end - text.data());
    return error == std::errc() && std::to_string(number) == text.substr(0, size);
}

template <class N>
void expect_same(const std::string& text)
{
    N expected = 0;
    std::size_t size = 0;
    const bool good = reads_as(text, expected, size);
    Cursor cursor(text);
    N number = 0;
    ASSERT_EQ(cursor.number(number), good) << text;
    EXPECT_EQ(cursor.rest(), good ? std::string_view(text).substr(size) : std::string_view(text));
    EXPECT_EQ(number, good ? expected : number) << text;
}

TEST(Cursor, ReadsNumbersOfAnyLengthWithAnythingBehindThem)
{
    std::mt19937 random(1);
    for (int i = 0; i < 200'000; ++i) {
        std::string text(random() % 8 == 0 ? "-" : "");
        for (auto digits = random() % 23; digits > 0; --digits) {
            text += static_cast<char>('0' + random() % 10);
        }
        if (random() % 4 == 0 && !text.empty()) {
            text[random() % text.size()] = "0/:-,x\0\xB5"[random() % 8];
        }
        text += ",}\""[random() % 3];
        expect_same<std::int64_t>(text);
        expect_same<std::uint64_t>(text);
        expect_same<std::uint32_t>(text);
    }
}

TEST(Cursor, ReadsTheNumbersAtTheEndsOfEachType)
{
    for (const auto* text :
         {"9223372036854775807", "9223372036854775808", "-9223372036854775808", "9999999999999999999",
          "18446744073709551615", "18446744073709551616", "4294967295", "4294967296", "0", "-0", "00",
          "1000000000000000", "0000000000000001", "10000000000000000", ""}) {
        expect_same<std::int64_t>(text);
        expect_same<std::uint64_t>(text);
        expect_same<std::uint32_t>(text);
    }
}

}  // namespace
}  // namespace bytestore::format
