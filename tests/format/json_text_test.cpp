#include "engine/format/json_text.h"
#include "engine/format/json_text_vectors.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

std::string escaped(std::string_view text)
{
    std::string out;
    append_escaped(out, text);
    return out;
}

// Reads text in two pieces, the second with what the first left in front of it. What is not read to its end gives "no"
// or "cut".
std::string unescaped(std::string_view text, std::size_t cut)
{
    std::string out;
    const auto append = [&out](std::string_view part) { out += part; };
    Step step = read_text(text.substr(0, cut), append);
    if (step.match == Match::cut) {
        step = read_text(text.substr(step.used), append);
    }
    return step.match == Match::yes ? out : step.match == Match::no ? "no" : "cut";
}

// A text of every character below U+0800 and some above, after `fill` letters.
std::string wide_text(std::size_t fill)
{
    std::string text(fill, 'x');
    for (int code = 0; code < 0x800; ++code) {
        text += code < 0x80 ? std::string(1, static_cast<char>(code))
                            : std::string{static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
    }
    return text + "\u2028\ufeff\uffff😀\U0010ffff";
}

TEST(JsonText, IsWrittenAsTheLibraryDumpsIt)
{
    for (std::size_t fill = 0; fill < 40; ++fill) {
        const std::string text = wide_text(fill);
        EXPECT_EQ('"' + escaped(text) + '"', nlohmann::json(text).dump());
        EXPECT_EQ(escaped_size(text), escaped(text).size());
    }
}

// Letters, and some of `others` in rows of any length.
std::string random_text(std::mt19937& random, std::string_view others)
{
    std::string text;
    for (auto runs = random() % 20; runs > 0; --runs) {
        text.append(random() % 70, 'x');
        text.append(random() % 6, others[random() % others.size()]);
    }
    return text;
}

TEST(JsonText, OfAnyMixtureIsWrittenAsTheLibraryDumpsIt)
{
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) {
        const auto text = random_text(random, round % 2 == 0 ? "\\\"\n\t\r\b\f" : "\\\"\n\x01\x0b\x1f\x7f");
        ASSERT_EQ('"' + escaped(text) + '"', nlohmann::json(text).dump());
        ASSERT_EQ(escaped_size(text), escaped(text).size());
    }
}

// Vectors first, and what they leave by single escapes and bytes.
std::string unescaped_by_vectors(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        const auto before = out.size();
        out.resize(before + text.size() + kWideSlack, '?');
        out.resize(static_cast<std::size_t>(put_unescaped_by_avx512(out.data() + before, text) - out.data()));
        if (!text.empty()) {
            const auto escape = read_escape(text);
            out += escape.match == Match::yes ? escape.byte : text.front();
            text.remove_prefix(escape.match == Match::yes ? escape.used : 1);
        }
    }
    return out;
}

TEST(JsonText, IsReadBackByVectors)
{
    std::mt19937 random(2);
    for (int round = 0; round < 20'000; ++round) {
        const auto text = random_text(random, round % 2 == 0 ? "\\\"\n\t/nut" : "\\\\\"\n\x01\x1f\xc3");
        ASSERT_EQ(unescaped_by_vectors(escaped(text)), text);
    }
}

TEST(JsonText, VectorsLeaveEveryWrongEscape)
{
    for (std::size_t place = 0; place < 63; ++place) {
        for (int letter = 0; letter < 256; ++letter) {
            std::string text(200, 'x');
            text[place] = '\\';
            text[place + 1] = static_cast<char>(letter);
            std::string out(text.size() + kWideSlack, '?');
            std::string_view rest = text;
            const auto* const end = put_unescaped_by_avx512(out.data(), rest);
            const bool is_short = kShortEscapes[static_cast<std::size_t>(letter)] != 0;
            ASSERT_TRUE(is_short || (rest.size() == text.size() && end == out.data())) << place << ": " << letter;
        }
    }
}

TEST(JsonText, IsReadBackWhereverItIsCut)
{
    const std::string text = wide_text(3);
    const std::string raw = escaped(text) + "\" and more";
    for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
        ASSERT_EQ(unescaped(raw, cut), text) << "cut at " << cut;
    }
}

TEST(JsonText, WithoutItsClosingQuoteIsCut)
{
    const std::string raw = escaped(wide_text(3));
    for (std::size_t size = 0; size <= raw.size(); ++size) {
        ASSERT_EQ(unescaped(std::string_view(raw).substr(0, size), size), "cut") << "size " << size;
    }
}

TEST(JsonText, InAnyOtherSpellingIsRefused)
{
    const std::vector<std::string> foreign{
        "\\/",     "\\u0041", "\\u000A",           "\\u0008", "\\u001F", "\\u0022", "\\u0020",
        "\\u00e9", "\\u2028", "\\ud83d\\ude00",    "\\x",     "\\u",     "\\u00",   "\\'",
        "\x01",    "\x1f",    std::string(1, '\0')};
    for (const std::string& text : foreign) {
        for (std::size_t fill = 0; fill < 20; ++fill) {
            const std::string raw = std::string(fill, 'x') + text + "yyyyyy\"";
            EXPECT_EQ(unescaped(raw, raw.size()), "no") << raw;
        }
    }
}

TEST(JsonText, ThatIsNotUtf8IsRefused)
{
    for (const std::string broken :
         {"\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xED\xA0\x80", "\xC0\xAF", "\xFF", "\xF4\x90\x80\x80"}) {
        for (const std::string rest : {"\"", "\\n\"", "xxxx", "xxxxxxxxxxxxxxxxxxxx\""}) {
            const std::string raw = "x" + broken + rest;
            EXPECT_EQ(unescaped(raw, raw.size()), "no") << raw;
        }
    }
}

TEST(JsonText, IsScannedTheSameByWordsAndByBlocks)
{
    for (int byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < 40; ++at) {
            std::string text(48, 'x');
            text[at] = static_cast<char>(byte);
            text[at + 8] = '"';
            const auto words = plain_run_by_words(text);
            const auto blocks = plain_run(text);
            const bool plain = kEscapeLetters[static_cast<std::size_t>(byte)] == 0;
            ASSERT_EQ(words.length, plain ? at + 8 : at);
            ASSERT_EQ(words.ascii, byte < 0x80);
            ASSERT_EQ(blocks.length, words.length);
            ASSERT_EQ(blocks.ascii, words.ascii);
        }
    }
}

TEST(JsonText, BehindTheFirstEscapeDoesNotCount)
{
    for (std::size_t at = 0; at < 40; ++at) {
        std::string text(64, '\xFF');
        text.replace(0, at + 1, std::string(at, 'x') + '"');
        EXPECT_TRUE(plain_run(text).ascii);
        EXPECT_TRUE(plain_run_by_words(text).ascii);
    }
}

}  // namespace
}  // namespace bytestore::format
