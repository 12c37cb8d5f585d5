// The vocabulary of the tests of lines: making them, reading them, and telling what they say.
#pragma once

#include "engine/format/record.h"

#include <rapidcheck.h>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bytestore::format {

using namespace std::string_view_literals;

// An output that appends to `text`.
Output into(std::string& text);
// A source that holds `line`, and fails the test if it is asked for more.
LineSource source_of(std::string_view line);

// Lines as they are written, without the newline.
std::string set_line(std::string_view key, std::string_view value, const Fields& fields = {}, Kind kind = Kind::bytes);
std::string delete_line(std::string_view key, const Fields& fields = {});
std::string header_line(const Header& header);
std::string seal_line(const Seal& seal);

// A line with a checksum added, whatever else it holds, and one without the checksum that it has.
std::string with_checksum(std::string_view line);
std::string without_checksum(std::string_view line);

// Everything that a line says, or why it is refused, as one text that can be compared.
std::string told(std::string_view line);
std::string told_in_pieces(std::string_view line, std::size_t piece);
std::string told(const Result<Line>& line, std::string_view value);

bool accepted(std::string_view line);
// The reason for which a line is refused; empty if it is not.
std::string refusal(std::string_view line);

// Every field that there is, and one of them.
Fields all_fields();
template <class T>
Fields one_field(std::optional<T> Fields::* field, std::type_identity_t<T> value)
{
    Fields fields;
    fields.*field = value;
    return fields;
}

// Keys, and values, of the kinds that are hard on an encoder: controls, quotes, all planes, marks, broken UTF-8, any
// bytes.
rc::Gen<std::string> hostile_text();
rc::Gen<std::string> hostile_value();
rc::Gen<Fields> any_fields();

}  // namespace bytestore::format
