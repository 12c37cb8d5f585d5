// What serde's derived code makes of a line, as a handler of the events of nlohmann's parser, which a handler stops by
// returning false.
#pragma once

#include "engine/format/record.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace bytestore::format {

class ForeignHandler {
public:
    struct Record {
        Command command = Command::set;
        std::string key;
        std::string value;  // of a Set, as the JSON string has it
        Fields fields;
        bool batch_seen = false;  // a batch mark stands in it, also if it is not the last field of its name
        std::string odd_field;    // see Line
    };
    // To be called once, when the parser has ended. Errc::damaged with the reason if the text was no record; columns
    // are counted from `column`, and only bad JSON has one.
    Result<Record> finish(std::uint64_t column);

    bool null() { return take(nullptr); }
    bool boolean(bool /*value*/) { return take(nullptr); }
    bool number_integer(std::int64_t value);
    bool number_unsigned(std::uint64_t value);
    bool number_float(double /*value*/, const std::string& /*text*/) { return take(nullptr); }
    bool string(std::string& text) { return take(&text); }
    bool binary(nlohmann::json::binary_t& /*value*/) { return take(nullptr); }
    bool key(std::string& name);
    bool start_object(std::size_t /*size*/) { return open(false); }
    bool end_object() { return close(); }
    bool start_array(std::size_t /*size*/) { return open(true); }
    bool end_array() { return close(); }
    bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception& error);

private:
    struct Slot {
        std::size_t times = 0;
        std::optional<std::string> text;  // the last time, if it was a string
    };

    bool open(bool array);
    bool close();
    bool take(std::string* text);
    template <class N>
    bool take_number(N value);
    bool stop(std::string reason);
    Slot* current_slot();
    static Result<std::string> only_string(Slot& slot, const char* name);
    Result<Record> record();

    std::size_t depth_ = 0;
    bool in_array_ = false;     // the outermost value is one
    std::size_t elements_ = 0;  // of it
    std::string name_;          // of the field of the outermost object that is being read
    Slot command_;
    Slot key_;
    Slot value_;
    Fields fields_;
    bool batch_seen_ = false;
    std::string odd_field_;
    std::string reason_;        // why it was stopped, empty if it was not
    std::size_t position_ = 0;  // in the text, from 1; 0 if the reason has none
};

}  // namespace bytestore::format
