#include "engine/format/value_codec.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

std::string base64(std::string_view bytes)
{
    std::string text(kBase64Mark);
    append_base64(text, bytes);
    return text;
}

std::string bytes_of_size(std::size_t size)
{
    std::string bytes;
    for (std::size_t at = 0; at < size; ++at) {
        bytes += static_cast<char>(at * 37 + 200);
    }
    return bytes;
}

Form form_of(Kind kind, std::string_view value)
{
    return spelling_of(kind, value).form;
}

struct Decoded {
    std::string value;
    Kind kind = Kind::bytes;
    bool operator==(const Decoded&) const = default;
};

// Feeds `text` in pieces of `piece` bytes, behind something that is there already. Measuring alone must agree.
Decoded decoded(std::string_view text, std::size_t piece)
{
    std::string out = "before";
    ValueDecoder decoder(&out);
    ValueDecoder measure(nullptr);
    for (std::size_t at = 0; at < text.size(); at += piece) {
        decoder.feed(text.substr(at, piece));
        measure.feed(text.substr(at, piece));
    }
    decoder.finish();
    measure.finish();
    EXPECT_EQ(decoder.size(), out.size() - 6);
    EXPECT_EQ(measure.size(), decoder.size());
    EXPECT_EQ(measure.kind(), decoder.kind());
    EXPECT_TRUE(out.starts_with("before"));
    return {out.substr(6), decoder.kind()};
}

constexpr std::size_t kPieces[] = {1, 2, 3, 4, 5, 7, 8, 64, 4096, 4099, std::size_t{1} << 20};

void expect_decoded(std::string_view text, const Decoded& expected)
{
    for (const std::size_t piece : kPieces) {
        EXPECT_TRUE(decoded(text, piece) == expected) << text.substr(0, 40) << " in pieces of " << piece;
    }
}

TEST(ValueCodec, TakesBase64OfAnySize)
{
    for (std::size_t size = 0; size < 70; ++size) {
        expect_decoded(base64(bytes_of_size(size)), {bytes_of_size(size)});
    }
    for (const std::size_t size : {3071, 3072, 3073, 3074, 6144, 100000}) {
        expect_decoded(base64(bytes_of_size(size)), {bytes_of_size(size)});
    }
}

TEST(ValueCodec, WritesTheVectorsOfRfc4648)
{
    EXPECT_EQ(base64("f"), std::string(kBase64Mark) + "Zg==");
    EXPECT_EQ(base64("foob"), std::string(kBase64Mark) + "Zm9vYg==");
    EXPECT_EQ(base64("fooba"), std::string(kBase64Mark) + "Zm9vYmE=");
    EXPECT_EQ(base64("foobar"), std::string(kBase64Mark) + "Zm9vYmFy");
    EXPECT_EQ(base64("\xFB\xFF\xFE"), std::string(kBase64Mark) + "+//+");
}

TEST(ValueCodec, TakesBase64ThatIsNotCanonicalLiterally)
{
    for (const std::string_view tail : {"Zg", "Zg=", "Zh==", "Zm9=", "=", "====", "Z===", "Zg==Zg==", "Zg==Z", "Zm9v\n",
                                        "Zm9v ", " Zm9v", "Zm9v====", "Z-_v", "Zm9\xC3\xA9", "Zg=a", "A", "Zm9vZ"}) {
        for (const std::size_t size : {0, 3, 3072, 3075, 9000}) {
            const std::string text = base64(bytes_of_size(size)) + std::string(tail);
            expect_decoded(text, {text});
        }
    }
}

TEST(ValueCodec, TakesNoByteForADigitThatIsNone)
{
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int byte = 0; byte < 256; ++byte) {
        const char digit = static_cast<char>(byte);
        for (std::size_t at = 0; at < 3; ++at) {
            std::string text(kBase64Mark);
            text += "AAAAAAAA";
            text[kBase64Mark.size() + at] = digit;
            const bool canonical = kDigits.find(digit) != std::string_view::npos;
            EXPECT_EQ(decoded(text, text.size()).value.size(), canonical ? 6 : text.size()) << byte;
        }
    }
}

TEST(ValueCodec, TakesALinkWithItsTarget)
{
    for (const std::string_view target : {""sv, "a"sv, "/usr/lib/x"sv, "../é"sv, "\0b64:Zg=="sv, "\0link:"sv}) {
        expect_decoded(std::string(kLinkMark) + std::string(target), {std::string(target), Kind::link});
    }
}

TEST(ValueCodec, TakesWhatOnlyStartsLikeAMarkLiterally)
{
    for (const std::string_view text :
         {""sv, "\0"sv, "\0b"sv, "\0b64"sv, "\0b64;"sv, "\0b65:x"sv, "\0B64:Zg=="sv, "\0l"sv, "\0link"sv, "\0linkx"sv,
          "\0links:"sv, "\0\0b64:Zg=="sv, "b64:Zg=="sv, " \0link:"sv}) {
        expect_decoded(text, {std::string(text)});
    }
}

TEST(ValueCodec, EncodesOnlyWhatCannotStandAsItIs)
{
    EXPECT_EQ(form_of(Kind::bytes, ""), Form::plain);
    EXPECT_EQ(form_of(Kind::bytes, "text\n\"é\""), Form::plain);
    EXPECT_EQ(form_of(Kind::bytes, "a\0"sv), Form::base64);  // 7 bytes for 2
    EXPECT_EQ(form_of(Kind::bytes, "\0a"sv), Form::base64);
    EXPECT_EQ(form_of(Kind::bytes, std::string("\0aaaaaaaaaaaaaaaa"sv)), Form::base64);
    EXPECT_EQ(form_of(Kind::bytes, "\xff"), Form::base64);
    EXPECT_EQ(form_of(Kind::link, "\x01\x01"), Form::link);
}

TEST(ValueCodec, LetsEscapesDoubleAValueAndNoMore)
{
    EXPECT_EQ(form_of(Kind::bytes, std::string(100, '"')), Form::plain);
    EXPECT_EQ(form_of(Kind::bytes, "aaaa\x01"), Form::plain);    // 10 bytes for 5
    EXPECT_EQ(form_of(Kind::bytes, "aaa\x01"), Form::base64);    // 9 for 4
    EXPECT_EQ(form_of(Kind::bytes, "aaa\"\x01"), Form::base64);  // 11 for 5
}

}  // namespace
}  // namespace bytestore::format
