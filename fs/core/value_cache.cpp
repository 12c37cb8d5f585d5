#include "fs/core/value_cache.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::uint64_t kSmall = std::uint64_t{128} << 10;  // about what the kernel reads at once
constexpr std::chrono::seconds kIdle{2};

// What a reader is given between two pieces of a value, and how much longer than it was decoded a value may be read, if
// others wait for its memory.
constexpr std::chrono::milliseconds kBetweenPieces{50};
constexpr int kReadingTimes = 10;

}  // namespace

bool ValueCache::Item::may_go(Clock::time_point now) const
{
    return record.gone() || now >= stays_until || now >= used + kBetweenPieces;
}

ValueCache::ValueCache(std::uint64_t budget)
    : budget_(budget), idle_(kIdle, [this] { look_after(); })
{
}

// What is kept refers to the state that keeps it.
ValueCache::~ValueCache()
{
    std::list<Item> gone;
    const std::lock_guard lock(state_->mutex);
    gone.swap(state_->items);
}

Result<ValueCache::Value> ValueCache::read(const ValueRef& value)
{
    const auto size = value.entry().size;
    if (size <= kSmall) {
        TRY_ASSIGN(auto bytes, value.read());
        return std::make_shared<const std::string>(std::move(bytes));
    }
    idle_.notice();
    const auto record = value.id();
    if (auto found = find_or_begin(record, size)) {
        return found;
    }
    Decoding decoding(*this, record, size);
    TRY_ASSIGN(auto bytes, value.read());
    return keep(std::move(bytes), decoding);
}

// nullptr: whoever asks is to decode it, for which there is room now.
ValueCache::Value ValueCache::find_or_begin(const RecordId& record, std::uint64_t size)
{
    auto& state = *state_;
    std::list<Item> gone;  // freed without the mutex, which that takes
    std::unique_lock lock(state.mutex);
    state.used = true;
    while (true) {
        if (auto found = find_locked(record)) {
            return found;
        }
        const bool elsewhere = std::ranges::find(state.decoded, record) != state.decoded.end();
        if (!elsewhere && (state.held == 0 || state.held + size <= budget_)) {
            state.held += size;
            state.kept += size;
            state.decoded.push_back(record);
            return nullptr;
        }
        if (!elsewhere) {
            gone = evict_locked(budget_ - std::min(budget_, size), Clock::now());
        }
        if (gone.empty()) {
            state.changed.wait_for(lock, kBetweenPieces / 2);
            continue;
        }
        lock.unlock();
        gone.clear();
        lock.lock();
    }
}

ValueCache::Value ValueCache::find_locked(const RecordId& record)
{
    auto& items = state_->items;
    const auto item = std::ranges::find(items, record, &Item::record);
    if (item == items.end()) {
        return nullptr;
    }
    item->used = Clock::now();
    items.splice(items.begin(), items, item);
    return items.front().value;
}

// Until no more than `most` bytes are kept, of those that may go; the one used last comes last.
std::list<ValueCache::Item> ValueCache::evict_locked(std::uint64_t most, Clock::time_point now)
{
    auto& items = state_->items;
    std::list<Item> gone;
    for (auto item = items.end(); item != items.begin();) {
        --item;
        if (!item->record.gone() && (state_->kept <= most || !item->may_go(now))) {
            continue;
        }
        state_->kept -= item->value->size();
        const auto victim = item++;
        gone.splice(gone.end(), items, victim);
    }
    return gone;
}

ValueCache::Decoding::~Decoding()
{
    auto& state = *cache.state_;
    const std::lock_guard lock(state.mutex);
    std::erase(state.decoded, record);
    if (!done) {
        state.held -= size;
        state.kept -= size;
    }
    state.changed.notify_all();
}

ValueCache::Value ValueCache::keep(std::string&& bytes, Decoding& decoding)
{
    const auto give_back = [state = state_](const std::string* text) {
        const auto size = text->size();
        delete text;
        const std::lock_guard lock(state->mutex);
        state->held -= size;
        state->changed.notify_all();
    };
    auto text = std::make_unique<const std::string>(std::move(bytes));
    decoding.done = true;
    const Value value(text.release(), give_back);
    const std::lock_guard lock(state_->mutex);
    const auto now = Clock::now();
    state_->items.push_front({.record = decoding.record,
                              .value = value,
                              .used = now,
                              .stays_until = now + kReadingTimes * (now - decoding.begun)});
    return value;
}

void ValueCache::look_after()
{
    std::list<Item> gone;
    {
        const std::lock_guard lock(state_->mutex);
        const bool used = std::exchange(state_->used, false);
        gone = evict_locked(used ? UINT64_MAX : 0, Clock::time_point::max());
        if (state_->items.empty()) {
            return;
        }
    }
    idle_.notice();
}

}  // namespace bytestore::fs
