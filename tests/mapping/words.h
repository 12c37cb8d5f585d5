// Segments, names and keys made of the few pieces that the mapping treats specially, so that collisions are likely.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <utf8.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

using Words = std::vector<std::string>;

inline const std::string kNul(1, '\0');
inline const std::string kHash = "0123456789abcdef0123456789abcdef";
inline const Words kCharacters{"a", "é", "€", "😀"};  // of one to four bytes

inline std::string repeated(std::string_view piece, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i) {
        result += piece;
    }
    return result;
}

// What segments are made of. Of these, a name holds all but '/' and U+0000, and ':' as well.
inline Words segment_pieces()
{
    return {"%", "/", ".", "a", "é", kNul, "empty", "dot", "value", ".control", "key-", kHash, "-"};
}

inline Words name_pieces()
{
    return {"%", ":", ".", "a", "é", "empty", "dot", "value", ".control", "key-", kHash, "-"};
}

// All that can be made of up to `longest` pieces, the empty word included; each word once.
inline Words all_words(const Words& pieces, std::size_t longest)
{
    Words words{""};
    for (std::size_t begin = 0, length = 0; length < longest; ++length) {
        const std::size_t end = words.size();
        for (; begin < end; ++begin) {
            for (const std::string& piece : pieces) {
                words.push_back(words[begin] + piece);
            }
        }
    }
    std::ranges::sort(words);
    words.erase(std::ranges::unique(words).begin(), words.end());
    return words;
}

// `size` bytes of one character, after as many others as it takes.
inline std::string run_of(std::string_view character, std::size_t size)
{
    return repeated("x", size % character.size()) + repeated(character, size / character.size());
}

inline Words words_of_length(std::size_t from, std::size_t to)
{
    Words words;
    for (const std::string& character : kCharacters) {
        for (std::size_t size = from; size <= to; ++size) {
            words.push_back(run_of(character, size));
        }
    }
    return words;
}

inline std::string concatenated(const Words& pieces)
{
    std::string result;
    for (const std::string& piece : pieces) {
        result += piece;
    }
    return result;
}

inline rc::Gen<std::string> any_word(const Words& pieces)
{
    return rc::gen::map(rc::gen::container<Words>(rc::gen::elementOf(pieces)), concatenated);
}

// Ends near the limits of a head (200 bytes) or of a name (255).
inline rc::Gen<std::string> any_long_word(const Words& pieces)
{
    const auto parts = rc::gen::tuple(any_word(pieces), rc::gen::elementOf(kCharacters),
                                      rc::gen::inRange<std::size_t>(190, 263), any_word(pieces));
    return rc::gen::map(parts, [](const auto& chosen) {
        const auto& [front, character, size, back] = chosen;
        return concatenated({front, run_of(character, size), back});
    });
}

// Any characters but U+0000, ':' and '/'.
inline rc::Gen<std::string> any_text()
{
    const auto character = rc::gen::suchThat(
        rc::gen::oneOf(rc::gen::inRange<char32_t>(1, 0xD800), rc::gen::inRange<char32_t>(0xE000, 0x110000)),
        [](char32_t c) { return c != U':' && c != U'/'; });
    return rc::gen::map(rc::gen::container<std::u32string>(character),
                        [](const std::u32string& text) { return utf8::utf32to8(text); });
}

inline rc::Gen<std::string> any_segment()
{
    const Words pieces = segment_pieces();
    return rc::gen::weightedOneOf<std::string>({{6, any_word(pieces)}, {3, any_long_word(pieces)}, {1, any_text()}});
}

inline rc::Gen<std::string> any_name()
{
    const Words pieces = name_pieces();
    return rc::gen::weightedOneOf<std::string>({{6, any_word(pieces)}, {3, any_long_word(pieces)}, {1, any_text()}});
}

inline std::string joined(const Words& parts, std::string_view separator)
{
    std::string result;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        result += i == 0 ? "" : separator;
        result += parts[i];
    }
    return result;
}

}  // namespace bytestore::fs
