#include "engine/large_values.h"

#include <chrono>
#include <utility>

namespace bytestore {
namespace {

constexpr std::uint64_t kTexts = std::uint64_t{4} << 20;  // budget: some ten thousand values
constexpr std::chrono::seconds kIdle{2};

}  // namespace

LargeValues::LargeValues(std::uint64_t budget)
    : pieces_(budget), texts_(kTexts), idle_(kIdle, [this] { look_after(); })
{
}

Result<Slice> LargeValues::read(const ValueRef& value, std::uint64_t offset, std::size_t size)
{
    const auto whole = value.entry().size;
    if (whole <= kLargeValue) {
        TRY_ASSIGN(auto bytes, value.read());
        Slice wanted(std::move(bytes));
        wanted.narrow(offset, size);
        return wanted;
    }
    TRY_ASSIGN(const auto pieces, pieces_of(value));
    return pieces->read(value, offset, size);
}

void LargeValues::written(const RecordId& record, KnownTextPtr text)
{
    const auto bytes = text->memory_bytes();
    const std::lock_guard lock(mutex_);
    texts_.keep(record, std::move(text), bytes);
}

std::size_t LargeValues::being_read() const
{
    const std::lock_guard lock(mutex_);
    return pieces_.size();
}

Result<ValuePiecesPtr> LargeValues::pieces_of(const ValueRef& value)
{
    if (auto pieces = find(value.id())) {
        return pieces;
    }
    idle_.notice();
    TRY_ASSIGN(auto pieces, made_of_text(value));
    return pieces ? std::move(pieces) : verified(value);
}

ValuePiecesPtr LargeValues::find(const RecordId& record)
{
    const std::lock_guard lock(mutex_);
    return pieces_.find(record);
}

// Null if its text is not known.
Result<ValuePiecesPtr> LargeValues::made_of_text(const ValueRef& value)
{
    const auto record = value.id();
    KnownTextPtr text;
    {
        const std::lock_guard lock(mutex_);
        text = texts_.find(record);
    }
    if (!text) {
        return nullptr;
    }
    TRY_ASSIGN(auto pieces, ValuePieces::of(value, std::move(text)));
    keep(record, pieces);
    return pieces;
}

Result<ValuePiecesPtr> LargeValues::verified(const ValueRef& value)
{
    const auto record = value.id();
    const std::lock_guard verifying(verifying_);
    if (auto pieces = find(record)) {
        return pieces;
    }
    TRY_ASSIGN(auto pieces, ValuePieces::of(value));
    if (auto text = pieces->known_text()) {
        written(record, std::move(text));
    }
    keep(record, pieces);
    return pieces;
}

void LargeValues::keep(const RecordId& record, const ValuePiecesPtr& pieces)
{
    const std::lock_guard lock(mutex_);
    pieces_.keep(record, pieces, pieces->memory_bytes());
}

void LargeValues::look_after()
{
    {
        const std::lock_guard lock(mutex_);
        pieces_.drop_idle();
        if (pieces_.size() == 0) {
            return;
        }
    }
    idle_.notice();
}

}  // namespace bytestore
