#include "engine/format/foreign_handler.h"

#include "engine/format/fields.h"
#include "engine/format/json_text.h"

#include <fmt/format.h>
#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace bytestore::format {

namespace {

constexpr std::size_t kSetElements = 3;
constexpr std::size_t kDeleteElements = 2;

// Calls `visit` with the field of that name, if it is one of the numbers, and with its largest value.
template <class Visit>
void visit_number(Fields& fields, std::string_view wanted, Visit visit)
{
    for_each_number(fields, [&](std::string_view name, auto& field, auto largest) {
        if (name == wanted) {
            visit(field, largest);
        }
    });
    if (wanted == kSyncedField) {
        visit(fields.synced_to, std::numeric_limits<std::uint64_t>::max());
    }
}

// The library's words without its name, the place and what it read last, which may be long.
std::string brief(std::string_view words)
{
    constexpr std::string_view kColumn = "column ";
    if (const std::size_t column = words.find(kColumn); column != std::string_view::npos) {
        words.remove_prefix(std::min(words.size(), words.find(": ", column) + 2));
    }
    return std::string(words.substr(0, words.find("; ")));
}

// A short text for a message, on one line.
std::string for_message(std::string_view text)
{
    constexpr std::size_t kLongest = 32;
    std::string out;
    append_escaped(out, text.substr(0, valid_utf8_prefix(text.substr(0, kLongest))));
    return out;
}

}  // namespace

bool ForeignHandler::stop(std::string reason)
{
    reason_ = std::move(reason);
    return false;
}

ForeignHandler::Slot* ForeignHandler::current_slot()
{
    if (depth_ != 1) {
        return nullptr;
    }
    if (in_array_ ? elements_ == 1 : name_ == "cmd") {
        return &command_;
    }
    if (in_array_ ? elements_ == 2 : name_ == "key") {
        return &key_;
    }
    return (in_array_ ? elements_ == 3 : name_ == "value") ? &value_ : nullptr;
}

// Any value is seen here first; `text` is null if it is not a string.
bool ForeignHandler::take(std::string* text)
{
    if (depth_ == 0) {
        return stop("neither an object nor an array");
    }
    if (depth_ == 1 && in_array_) {
        ++elements_;
    }
    if (Slot* slot = current_slot()) {
        ++slot->times;
        slot->text = text != nullptr ? std::optional(std::move(*text)) : std::nullopt;
    } else if (depth_ == 1 && !in_array_ && name_ == kBatchField && text != nullptr) {
        fields_.batch = parse_batch_mark(*text);
        batch_seen_ = batch_seen_ || fields_.batch;
    }
    return true;
}

template <class N>
bool ForeignHandler::take_number(N value)
{
    if (depth_ == 1 && !in_array_) {
        visit_number(fields_, name_, [&](auto& field, auto largest) {
            if (std::in_range<decltype(largest)>(value) && std::cmp_less_equal(value, largest)) {
                field = static_cast<decltype(largest)>(value);
                odd_field_ = odd_field_ == name_ ? "" : odd_field_;
            }
        });
    }
    return take(nullptr);
}

bool ForeignHandler::number_integer(std::int64_t value)
{
    return take_number(value);
}

bool ForeignHandler::number_unsigned(std::uint64_t value)
{
    return take_number(value);
}

bool ForeignHandler::key(std::string& name)
{
    if (depth_ == 1) {
        name_ = std::move(name);
        // Of a field that stands twice the last one counts, also when it is of a wrong type.
        visit_number(fields_, name_, [this](auto& field, auto) {
            field.reset();
            odd_field_ = odd_field_.empty() && name_ != kSyncedField ? name_ : odd_field_;  // until its value comes
        });
        if (name_ == kBatchField) {
            fields_.batch.reset();
        }
    }
    return true;
}

bool ForeignHandler::open(bool array)
{
    if (depth_ == 0) {
        in_array_ = array;
    } else if (!take(nullptr)) {
        return false;
    }
    if (++depth_ > kMaxDepth) {
        return stop("nested too deeply");
    }
    return true;
}

bool ForeignHandler::close()
{
    --depth_;
    return true;
}

bool ForeignHandler::parse_error(std::size_t position, const std::string& /*token*/,
                                 const nlohmann::json::exception& error)
{
    constexpr int kNumberOutOfRange = 406;
    position_ = position;
    return stop(error.id == kNumberOutOfRange ? "number out of range" : "not JSON: " + brief(error.what()));
}

Result<std::string> ForeignHandler::only_string(Slot& slot, const char* name)
{
    if (slot.times != 1) {
        return fail(Errc::damaged, fmt::format("{} field {}", slot.times == 0 ? "missing" : "duplicate", name));
    }
    if (!slot.text) {
        return fail(Errc::damaged, fmt::format("field {} is not a string", name));
    }
    return std::move(*slot.text);
}

Result<ForeignHandler::Record> ForeignHandler::record()
{
    Record record;
    TRY_ASSIGN(const std::string command, only_string(command_, "cmd"));
    if (command != "Set" && command != "Delete") {
        return fail(Errc::damaged, "unknown cmd " + for_message(command));
    }
    const bool is_set = command == "Set";
    record.command = is_set ? Command::set : Command::remove;
    TRY_ASSIGN(record.key, only_string(key_, "key"));
    if (is_set) {
        TRY_ASSIGN(record.value, only_string(value_, "value"));
    }
    if (in_array_ && elements_ != (is_set ? kSetElements : kDeleteElements)) {
        return fail(Errc::damaged, "too many elements");
    }
    record.fields = fields_;
    record.batch_seen = batch_seen_;
    record.odd_field = odd_field_;
    return record;
}

Result<ForeignHandler::Record> ForeignHandler::finish(std::uint64_t column)
{
    if (reason_.empty()) {
        return record();
    }
    const std::string place = position_ == 0 ? "" : fmt::format(" at column {}", column + position_);
    return fail(Errc::damaged, reason_ + place);
}

}  // namespace bytestore::format
