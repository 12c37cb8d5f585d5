#include "engine/index/index.h"
#include "engine/index/index_base.h"
#include "engine/index/pending_records.h"

#include <algorithm>
#include <utility>

namespace bytestore {

struct Index::Loader::State {
    Superseded superseded;
    std::size_t least_fold;
    PendingRecords pending;
    IndexBase built;

    std::size_t fold_bytes() const { return std::max(least_fold, built.memory_bytes()); }
    void add(std::string_view key, const std::optional<Entry>& entry);
    void fold();
    void fold_record(std::size_t position, IndexBase::Cursor& old, IndexBase::Builder& builder);
};

void Index::Loader::State::add(std::string_view key, const std::optional<Entry>& entry)
{
    pending.add(key, entry);
    if (pending.memory_bytes() > fold_bytes()) {
        fold();
    }
}

void Index::Loader::State::fold()
{
    pending.sort();
    IndexBase::Builder builder(built.memory_bytes() + pending.memory_bytes());
    IndexBase::Cursor old(built);
    for (std::size_t position = 0; position < pending.size(); ++position) {
        fold_record(position, old, builder);
    }
    for (; old.valid(); old.next()) {
        builder.add(old);
    }
    built = builder.finish();
    pending.clear();
    pending.expect(fold_bytes());
}

void Index::Loader::State::fold_record(std::size_t position, IndexBase::Cursor& old, IndexBase::Builder& builder)
{
    const PendingRecords::Record record = pending.record(position);
    for (; old.valid() && old.key() < record.key; old.next()) {
        builder.add(old);
    }
    if (old.valid() && old.key() == record.key) {
        superseded(record.key, old.entry());
        old.next();
    }
    if (!record.entry) {
        return;
    }
    const bool last_of_key = position + 1 == pending.size() || pending.key(position + 1) != record.key;
    if (last_of_key) {
        builder.add(record.key, *record.entry);
    } else {
        superseded(record.key, *record.entry);
    }
}

Index::Loader::Loader(Superseded superseded, std::size_t least_fold)
    : state_(new State{std::move(superseded), least_fold, {}, {}})
{
    state_->pending.expect(least_fold);
}

Index::Loader::~Loader() = default;

void Index::Loader::set(std::string_view key, const Entry& entry)
{
    state_->add(key, entry);
}

void Index::Loader::remove(std::string_view key)
{
    state_->add(key, std::nullopt);
}

Index Index::Loader::finish()
{
    state_->fold();
    return Index(std::move(state_->built), kLeastMerge);
}

}  // namespace bytestore
