#include "engine/format/value_codec.h"

#include "engine/format/json_text.h"
#include "engine/format/utf8_text.h"

#include <algorithm>

namespace bytestore::format {

namespace {

bool stands_for_bits(unsigned char c)
{
    const auto is_letter = static_cast<unsigned char>((c | 0x20) - 'a') < 26;
    const auto is_digit = static_cast<unsigned char>(c - '0') < 10;
    return is_letter | is_digit | (c == '+') | (c == '/');
}

// Whether that holds for all of them, without decoding: in runs of a length that the vector unit can take.
bool all_stand_for_bits(std::string_view chars)
{
    constexpr std::size_t kRun = 64;
    for (; chars.size() >= kRun; chars.remove_prefix(kRun)) {
        const char* const run = chars.data();
        unsigned char other = 0;
        for (std::size_t i = 0; i < kRun; ++i) {
            other |= stands_for_bits(static_cast<unsigned char>(run[i])) ? 0 : 1;
        }
        if (other != 0) {
            return false;
        }
    }
    return std::ranges::all_of(chars, stands_for_bits);
}

// The library does not look at the bits that the last group of padded text leaves over.
bool is_canonical(std::string_view chars, std::string_view bytes)
{
    std::string again;
    append_base64(again, bytes.substr(bytes.size() - bytes.size() % kBase64Bytes));
    return chars.ends_with(again);
}

}  // namespace

Spelling spelling_of(Kind kind, std::string_view value)
{
    if (kind == Kind::link) {
        return {Form::link, escaped_size(kLinkMark) + escaped_size(value)};
    }
    if (!value.starts_with('\0') && is_valid_utf8(value)) {
        const auto escaped = escaped_size(value);
        if (escaped <= kMostGrowth * value.size()) {
            return {Form::plain, escaped};
        }
    }
    return {Form::base64, escaped_size(kBase64Mark) + base64_chars(value.size())};
}

void append_base64(std::string& out, std::string_view bytes)
{
    const std::size_t before = out.size();
    out.resize_and_overwrite(before + base64_chars(bytes.size()),
                             [&](char* text, std::size_t) { return before + encode_base64(bytes, text + before); });
}

ValueDecoder::ValueDecoder(std::string* out)
    : out_(out), out_begin_(out == nullptr ? 0 : out->size())
{
}

void ValueDecoder::feed_marked(std::string_view text)
{
    if (state_ == State::start) {
        text = read_mark(text);
    }
    if (state_ == State::base64) {
        feed_base64(text);
    } else if (state_ != State::start) {
        emit(text);
    }
}

// Leaves `start` as soon as it is clear what the string starts with; returns the text behind that.
std::string_view ValueDecoder::read_mark(std::string_view text)
{
    while (!text.empty() && state_ == State::start) {
        if (held_size_ == 0 && text.front() != '\0') {
            state_ = State::literal;
            break;
        }
        held_[held_size_++] = text.front();
        text.remove_prefix(1);
        if (held() == kBase64Mark) {
            state_ = State::base64;
            held_size_ = 0;
        } else if (held() == kLinkMark) {
            state_ = State::link;
        } else if (!kBase64Mark.starts_with(held()) && !kLinkMark.starts_with(held())) {
            state_ = State::literal;
            emit(held());
        }
    }
    return text;
}

void ValueDecoder::feed_base64(std::string_view text)
{
    const auto hold = [this, &text](std::size_t most) {
        for (; held_size_ < most && !text.empty(); text.remove_prefix(1)) {
            held_[held_size_++] = text.front();
        }
    };
    if (held_size_ > 0) {
        hold(kBase64Chars);
        if (held_size_ < kBase64Chars) {
            return;
        }
        if (decode(held()) == 0) {
            take_base64_literally(text);
            return;
        }
        held_size_ = 0;
    }
    const std::size_t whole = text.size() - text.size() % kBase64Chars;
    const std::size_t decoded = decode(text.substr(0, whole));
    text.remove_prefix(decoded);
    if (decoded < whole) {
        take_base64_literally(text);
    } else {
        hold(kBase64Chars - 1);
    }
}

// Decodes whole groups; returns how many characters it took, fewer than all if they are not canonical.
std::size_t ValueDecoder::decode(std::string_view chars)
{
    constexpr std::size_t kGroups = 1024;
    std::array<char, base64_room(kGroups * kBase64Chars)> bytes;
    std::size_t taken = 0;
    while (taken < chars.size() && !padded_) {
        const std::string_view block = chars.substr(taken, kGroups * kBase64Chars);
        if (out_ == nullptr && all_stand_for_bits(block)) {
            size_ += block.size() / kBase64Chars * kBase64Bytes;
            taken += block.size();
            continue;
        }
        const std::size_t size = decode_base64(block, bytes.data());
        if (size == kInvalidBase64 || !is_canonical(block, {bytes.data(), size})) {
            break;
        }
        emit({bytes.data(), size});
        padded_ = size < block.size() / kBase64Chars * kBase64Bytes;
        taken += block.size();
    }
    return taken;
}

// What was decoded so far was canonical, so encoding it again gives back the text that was fed.
void ValueDecoder::take_base64_literally(std::string_view rest)
{
    state_ = State::literal;
    if (out_ != nullptr) {
        std::string text(kBase64Mark);
        append_base64(text, std::string_view(*out_).substr(out_begin_));
        out_->replace(out_begin_, std::string::npos, text);
    }
    size_ = kBase64Mark.size() + base64_chars(size_);
    emit(held());
    emit(rest);
}

void ValueDecoder::finish()
{
    if (state_ == State::base64 && held_size_ > 0) {
        take_base64_literally({});
    } else if (state_ == State::start) {
        emit(held());
    }
}

}  // namespace bytestore::format
