#include "engine/format/value_codec.h"

#include "engine/format/json_text.h"
#include "engine/format/record.h"
#include "engine/format/utf8_text.h"

#include <sodium.h>
#include <algorithm>

namespace bytestore::format {

namespace {

constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

}  // namespace

Form form_of(Kind kind, std::string_view value)
{
    if (kind == Kind::link) {
        return Form::link;
    }
    const bool plain =
        !value.starts_with('\0') && is_valid_utf8(value) && escaped_size(value) <= kMostGrowth * value.size();
    return plain ? Form::plain : Form::base64;
}

void append_base64(std::string& out, std::string_view bytes)
{
    const std::size_t before = out.size();
    const std::size_t with_terminator = sodium_base64_encoded_len(bytes.size(), kVariant);
    out.resize(before + with_terminator);
    sodium_bin2base64(out.data() + before, with_terminator, reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), kVariant);
    out.pop_back();
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
    std::array<char, kGroups * kBase64Bytes> bytes;
    std::size_t taken = 0;
    while (taken < chars.size() && !padded_) {
        const std::string_view block = chars.substr(taken, kGroups * kBase64Chars);
        std::size_t size = 0;
        // The library takes some bytes above ASCII for digits.
        if (ascii_prefix(block) < block.size() ||
            sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), block.data(), block.size(),
                              nullptr, &size, nullptr, kVariant) != 0) {
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
    size_ = kBase64Mark.size() + sodium_base64_encoded_len(size_, kVariant) - 1;
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
