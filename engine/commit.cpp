#include "engine/commit.h"

#include "engine/log/line_scanner.h"
#include "engine/meta_fields.h"
#include "engine/record_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bytestore {
namespace {

using Operation = Batch::Operation;

constexpr std::size_t kShownKey = 80;  // bytes of a key in a message

std::string shown(std::string_view key)
{
    return key.size() <= kShownKey ? std::string(key) : fmt::format("{}...", key.substr(0, kShownKey));
}

Status check_value(const Operation& operation, const Options& options)
{
    TRY(check_value_size(operation.key, operation.value().size(), options.max_value));
    if (operation.kind == Kind::link && !format::is_valid_utf8(operation.value())) {
        return fail(Errc::not_utf8, fmt::format("the link target of {} is not valid UTF-8", shown(operation.key)));
    }
    return {};
}

// Which keys are bound, as far as the operations of a batch have said so far. Most batches have a few, of which all can
// be looked at.
class Bindings {
public:
    std::optional<bool> of(std::string_view key) const
    {
        if (!many_.empty()) {
            const auto found = many_.find(key);
            return found == many_.end() ? std::nullopt : std::optional(found->second);
        }
        const auto few = std::span(few_).first(count_) | std::views::reverse;
        const auto last = std::ranges::find(few, key, &Binding::first);
        return last == few.end() ? std::nullopt : std::optional(last->second);
    }
    void set(std::string_view key, bool bound)
    {
        if (count_ < kFew) {
            few_[count_++] = {key, bound};
            return;
        }
        if (many_.empty()) {
            std::ranges::for_each(few_, [this](const Binding& binding) { many_[binding.first] = binding.second; });
        }
        many_[key] = bound;
    }

private:
    using Binding = std::pair<std::string_view, bool>;
    static constexpr std::size_t kFew = 16;

    std::array<Binding, kFew> few_;  // in their order, the first count_
    std::size_t count_ = 0;
    std::unordered_map<std::string_view, bool> many_;
};

}  // namespace

Status check_key(std::string_view key)
{
    if (key.empty()) {
        return fail(Errc::invalid, "the key is empty");
    }
    if (key.size() > kMaxKeyBytes) {
        return fail(Errc::name_too_long,
                    fmt::format("the key of {} bytes is longer than {} bytes", key.size(), kMaxKeyBytes));
    }
    if (!format::is_valid_utf8(key)) {
        return fail(Errc::not_utf8, "the key is not valid UTF-8");
    }
    if (key == format::kStoreKey) {
        return fail(Errc::invalid, "the key is reserved for the store itself");
    }
    return {};
}

Status check_value_size(std::string_view key, std::uint64_t size, std::uint64_t most)
{
    return size <= most
               ? Status{}
               : fail(Errc::too_large, fmt::format("the value of {} has {} bytes, more than the limit of {} bytes",
                                                   shown(key), size, most));
}

Status Commit::plan(const Batch& batch, const Catalog& catalog, const Options& options)
{
    steps_.reserve(batch.size());
    Bindings bindings;
    const auto is_bound = [&](std::string_view key) {
        const auto bound = bindings.of(key);
        return bound ? *bound : catalog.find(key).has_value();
    };
    for (const auto& operation : batch.operations()) {
        Step step{.operation = &operation, .source = {}, .spelling = {}};
        const bool removes = operation.type == Operation::Type::remove;
        if (!removes) {
            TRY(check_key(operation.key));
        } else if (!is_bound(operation.key)) {
            continue;
        }
        if (batch.size() > 1) {  // nothing comes after the only one
            bindings.set(operation.key, !removes);
        }
        if (operation.type == Operation::Type::set) {
            TRY(check_value(operation, options));
            step.spelling = format::spelling_of(operation.kind, operation.value());
        } else if (operation.type == Operation::Type::copy) {
            step.source = catalog.find(operation.value());
            if (!step.source) {
                return fail(Errc::not_found, fmt::format("key not found: {}", shown(operation.value())));
            }
            if (!bindings.of(operation.value())) {
                bindings.set(operation.value(), true);  // not looked up again to be removed
            }
        }
        steps_.push_back(std::move(step));
    }
    return {};
}

std::uint64_t Commit::bytes() const
{
    return std::accumulate(steps_.begin(), steps_.end(), std::uint64_t{0}, [](std::uint64_t sum, const Step& step) {
        const auto& operation = *step.operation;
        switch (operation.type) {
            case Operation::Type::remove:
                return sum + delete_bytes(operation.key);
            case Operation::Type::copy:
                return sum + copy_bytes(operation.key, step.source->entry);
            case Operation::Type::set:
                break;
        }
        return sum + set_bytes(operation.key, step.spelling.size);
    });
}

bool Commit::removes() const
{
    const auto is_removal = [](const Step& step) { return step.operation->type == Operation::Type::remove; };
    return std::ranges::any_of(steps_, is_removal) && std::ranges::all_of(steps_, [&](const Step& step) {
               return is_removal(step) ||
                      (step.operation->type == Operation::Type::set && step.operation->value().empty());
           });
}

Status Commit::emit(BufferedOutput& output, Catalog::Slot slot, std::optional<std::uint64_t> sync_mark)
{
    changes_.reserve(steps_.size());
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const auto& operation = *steps_[i].operation;
        const bool remove = operation.type == Operation::Type::remove;
        auto fields = remove ? format::Fields{} : fields_of(operation.meta);
        if (steps_.size() > 1) {
            fields.batch = format::BatchMark{.index = static_cast<std::uint32_t>(i + 1),
                                             .count = static_cast<std::uint32_t>(steps_.size())};
        }
        fields.synced_to = i == 0 ? sync_mark : std::nullopt;
        Entry entry;
        entry.segment = slot;
        entry.offset = output.position();
        TRY(emit_step(output, steps_[i], fields, entry));
        entry.meta = operation.meta;
        entry.meta.atime = fields.atime;
        entry.meta.ctime = fields.ctime;
        changes_.push_back({.key = operation.key, .remove = remove, .entry = entry});
    }
    return {};
}

Status Commit::emit_step(BufferedOutput& output, const Step& step, const format::Fields& fields, Entry& entry)
{
    const auto& operation = *step.operation;
    if (operation.type == Operation::Type::remove) {
        TRY_ASSIGN(entry.length, format::write_delete(output.output(), operation.key, fields));
        return {};
    }
    const bool copies = operation.type == Operation::Type::copy;
    entry.size = copies ? step.source->entry.size : operation.value().size();
    entry.kind = copies ? step.source->entry.kind : operation.kind;
    if (entry.size > kLargeValue) {
        return emit_large(output, step, fields, entry);
    }
    TRY_ASSIGN(const auto set, emit_set(output.output(), step, fields));
    entry.length = set.length;
    return {};
}

// Learns meanwhile what saves verifying it when it is read.
Status Commit::emit_large(BufferedOutput& output, const Step& step, const format::Fields& fields, Entry& entry)
{
    const auto out = output.output();
    format::BlockSums::Learner learner;
    TRY_ASSIGN(const auto set, emit_set(learner.watch(out), step, fields));
    entry.length = set.length;
    known_texts_.emplace_back(
        entry.offset, std::make_shared<const format::KnownText>(set.value_begin, set.value_end, learner.finish()));
    return {};
}

Result<format::WrittenSet> Commit::emit_set(const format::Output& output, const Step& step,
                                            const format::Fields& fields)
{
    const auto& operation = *step.operation;
    return step.source ? emit_copy(output, *step.source, operation.key, fields)
                       : format::write_set(output, operation.key, step.spelling.form, operation.value(), fields);
}

// A line that is short is read once.
Result<format::WrittenSet> Commit::emit_copy(const format::Output& output, const Catalog::Found& source,
                                             std::string_view key, const format::Fields& fields)
{
    const auto& segment = *source.segment;
    const auto offset = source.entry.offset;
    const auto length = source.entry.length;
    const auto file = line_source(segment.file(), offset);
    if (length > format::kPiece) {
        TRY_ASSIGN(const auto line, segment.read_line(offset, length, nullptr));
        return format::copy_set(output, file, length, line, key, fields);
    }
    std::pmr::string text(&memory_);
    if (tail_.read(source.entry.segment, offset, static_cast<std::size_t>(length), text)) {
        return format::write_set_raw(output, key, format::value_text_of(text), fields);
    }
    text.resize(static_cast<std::size_t>(length));
    TRY(file(0, text));
    TRY_ASSIGN(const auto line, segment.parse_line(offset, text, nullptr));
    const auto held = [&text](std::uint64_t from, std::span<char> into) -> Status {
        text.copy(into.data(), into.size(), static_cast<std::size_t>(from));
        return {};
    };
    return format::copy_set(output, held, length, line, key, fields);
}

}  // namespace bytestore
