// Between a value and the string that stands for it in a record; the rule is in record.h.
#pragma once

#include "engine/format/base64.h"
#include "engine/format/record.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::format {

inline constexpr std::string_view kBase64Mark = "\0b64:"sv;
inline constexpr std::string_view kLinkMark = "\0link:"sv;
inline constexpr std::uint64_t kMostGrowth = 2;  // of a plain value by its escapes; else it is stored as base64

// The form of a value, and how many bytes its text has in it.
struct Spelling {
    Form form = Form::plain;
    std::uint64_t size = 0;
};
Spelling spelling_of(Kind kind, std::string_view value);

void append_base64(std::string& out, std::string_view bytes);

// Turns a value string, fed in pieces of any size with its JSON escapes undone, into the value. Holds no more than a
// few bytes of it.
class ValueDecoder {
public:
    // Appends to `out`; with nullptr it only measures.
    explicit ValueDecoder(std::string* out);

    void feed(std::string_view text)
    {
        if (state_ == State::literal) {
            emit(text);
        } else {
            feed_marked(text);
        }
    }
    void finish();

    // Final after finish().
    Kind kind() const { return state_ == State::link ? Kind::link : Kind::bytes; }
    std::uint64_t size() const { return size_; }

private:
    enum class State : std::uint8_t { start, literal, link, base64 };

    void feed_marked(std::string_view text);
    std::string_view read_mark(std::string_view text);
    void feed_base64(std::string_view text);
    std::size_t decode(std::string_view chars);
    void take_base64_literally(std::string_view rest);
    void emit(std::string_view bytes)
    {
        size_ += bytes.size();
        if (out_ != nullptr) {
            out_->append(bytes);
        }
    }
    std::string_view held() const { return {held_.data(), held_size_}; }

    std::string* out_;
    std::size_t out_begin_;
    std::uint64_t size_ = 0;
    State state_ = State::start;
    bool padded_ = false;  // the base64 has come to its end
    std::uint8_t held_size_ = 0;
    std::array<char, kLinkMark.size()> held_{};  // the start of what may be a mark, or an incomplete group of base64
};

}  // namespace bytestore::format
