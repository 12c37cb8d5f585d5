#include "engine/format/utf8_text.h"

#include "engine/format/record.h"

#include <gtest/gtest.h>
#include <string>

namespace bytestore::format {
namespace {

// The encoding of any number below 2^21 in `size` bytes, needed or not.
std::string encoded(std::uint32_t code, std::size_t size)
{
    static constexpr unsigned char kLeads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    std::string bytes(size, '\0');
    for (std::size_t at = size; at-- > 1; code >>= 6) {
        bytes[at] = static_cast<char>(0x80 | (code & 0x3F));
    }
    bytes[0] = static_cast<char>(kLeads[size] | code);
    return bytes;
}

bool fits(std::uint32_t code, std::size_t size)
{
    static constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code >= kLeast[size] && code <= 0x10FFFF && !surrogate;
}

TEST(Utf8, IsEveryCharacterInItsShortestFormAndNothingElse)
{
    for (std::size_t size = 2; size <= 4; ++size) {
        const std::uint32_t codes = 1U << (size == 2 ? 11 : size == 3 ? 16 : 21);
        for (std::uint32_t code = 0; code < codes; ++code) {
            ASSERT_EQ(is_valid_utf8(encoded(code, size)), fits(code, size)) << code << " in " << size << " bytes";
        }
    }
}

TEST(Utf8, HoldsNoByteThatIsNeverPartOfIt)
{
    for (int byte = 0x80; byte < 0x100; ++byte) {
        EXPECT_FALSE(is_valid_utf8(std::string(1, static_cast<char>(byte))));
        EXPECT_EQ(valid_utf8_prefix("ab" + std::string(1, static_cast<char>(byte)) + "c"), 2U);
    }
}

TEST(Utf8, EndsBeforeACharacterThatIsCut)
{
    std::string text;
    for (int i = 0; i < 40; ++i) {
        for (const std::string_view character : {"a", "é", "中", "😀"}) {
            text += character;
            for (std::size_t cut = 1; cut < character.size(); ++cut) {
                const std::string_view start = std::string_view(text).substr(0, text.size() - cut);
                ASSERT_EQ(valid_utf8_prefix(start), text.size() - character.size());
            }
            ASSERT_EQ(valid_utf8_prefix(text), text.size());
        }
    }
}

}  // namespace
}  // namespace bytestore::format
