// The text between the quotes of a JSON string in the one spelling that we and serde_json write: the quote, the
// backslash and the controls below U+0020 are escaped, by the short escapes where there are any and else by \u00xx in
// lower case; all else stands as it is.
//
// Text is read in pieces without state: a step uses up what it can, never a part of an escape or of a character, and
// the caller puts what is left in front of the next piece.
#pragma once

#include "engine/format/plain_run.h"
#include "engine/format/utf8_text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::format {

enum class Match : std::uint8_t {
    yes,
    no,
    cut,  // so far; the text ends before it can be told
};

struct Step {
    Match match = Match::no;
    std::size_t used = 0;
};

inline constexpr std::size_t kShortEscape = 2;
inline constexpr std::size_t kLongestEscape = 6;  // of one byte

// How much longer each byte's escape is than the byte; 0 for one that stands as it is.
inline constexpr std::array<std::uint8_t, kEscapeLetters.size()> kEscapeGrowth = [] {
    std::array<std::uint8_t, kEscapeLetters.size()> growth{};
    for (std::size_t byte = 0; byte < growth.size(); ++byte) {
        const char letter = kEscapeLetters[byte];
        growth[byte] = letter == 0 ? 0 : (letter == 'u' ? kLongestEscape : kShortEscape) - 1;
    }
    return growth;
}();

void append_escaped(std::string& out, std::string_view text);
// What append_escaped would append.
std::uint64_t escaped_size(std::string_view text);

struct Escape {
    Match match = Match::no;
    std::size_t used = 0;
    char byte = 0;
};

// The byte of each letter's escape; 0 for 'u' and for what is no such letter.
inline constexpr std::array<char, 256> kShortEscapes = [] {
    std::array<char, 256> bytes{};
    for (const char byte : {'"', '\\', '\b', '\f', '\n', '\r', '\t'}) {
        bytes[static_cast<unsigned char>(kEscapeLetters[static_cast<unsigned char>(byte)])] = byte;
    }
    return bytes;
}();

Escape read_long_escape(std::string_view text);

// Reads one escape from the start of `text`, which is not empty.
inline Escape read_escape(std::string_view text)
{
    if (text[0] != '\\') {
        return {};
    }
    const char byte = text.size() < 2 ? '\0' : kShortEscapes[static_cast<unsigned char>(text[1])];
    return byte != 0 ? Escape{Match::yes, 2, byte} : read_long_escape(text);
}

// Reads string text up to its closing quote (Match::yes; the quote is not used up), handing what it stands for to
// `sink`, a string_view at a time. Match::no if it is not valid UTF-8 or not in our spelling.
template <class Sink>
Step read_text(std::string_view text, Sink&& sink)
{
    std::size_t at = 0;
    while (true) {
        const Run run = plain_run(text.substr(at));
        const std::string_view plain = text.substr(at, run.length);
        const bool at_end = at + run.length == text.size();
        const std::size_t valid = run.ascii ? run.length : valid_utf8_prefix(plain);
        sink(plain.substr(0, valid));
        at += valid;
        if (valid < run.length) {
            return {at_end && run.length - valid < kLongestCharacter ? Match::cut : Match::no, at};
        }
        if (at_end) {
            return {Match::cut, at};
        }
        if (text[at] == '"') {
            return {Match::yes, at};
        }
        const Escape escape = read_escape(text.substr(at));
        if (escape.match != Match::yes) {
            return {escape.match, at};
        }
        sink(std::string_view(&escape.byte, 1));
        at += escape.used;
    }
}

}  // namespace bytestore::format
