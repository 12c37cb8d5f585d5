// Recognises lines in the form that we write, byte for byte, without a general parser: a head (command and key), the
// text of the value, and a tail (the fields). The line comes through a window, so that the same code serves a line that
// is held and one read in pieces.
#pragma once

#include "engine/format/record.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::format {

// What stands before the text of a key, and between it and that of a value.
inline constexpr std::string_view kSetHead = R"({"cmd":"Set","key":")";
inline constexpr std::string_view kDeleteHead = R"({"cmd":"Delete","key":")";
inline constexpr std::string_view kBetween = R"(","value":")";

// What has been read of a line's body (CheckedText::body) and not been used up. This one holds a whole body.
class Window {
public:
    explicit Window(std::string_view body)
        : text_(body)
    {
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    virtual ~Window() = default;

    std::string_view text() const { return text_; }
    // How much of the body lies before text().
    std::uint64_t used() const { return used_; }
    void use(std::size_t size)
    {
        text_.remove_prefix(size);
        used_ += size;
    }
    // Reads on, which makes text() longer; false at the end of the body.
    virtual Result<bool> grow() { return false; }

protected:
    std::string_view text_;

private:
    std::uint64_t used_ = 0;
};

// Fills `line`, whose `checked` is set already, and appends the decoded value of a Set to `value`; value_begin and
// value_end are offsets in the body. False if the line is not in our form: then `line` and `value` may hold a part.
// Errors are those of the window.
Result<bool> recognise(Window& window, Line& line, std::string* value);

}  // namespace bytestore::format
