#include "tests/support/history.h"

#include <algorithm>

namespace bytestore::test {

void History::restart(const Map& map)
{
    const std::lock_guard lock(mutex_);
    maps_ = {map};
    bounds_ = {};
}

void History::resume(const Bounds& bounds, const Map& found)
{
    const std::lock_guard lock(mutex_);
    auto commits = bounds.begun;
    while (commits > bounds.acknowledged && maps_[commits] != found) {
        --commits;
    }
    maps_.resize(commits + 1);
    bounds_ = {.safe = bounds.safe, .acknowledged = commits, .begun = commits};
}

void History::begin(const Batch& batch)
{
    const std::lock_guard lock(mutex_);
    maps_.push_back(applied(batch, maps_[bounds_.acknowledged]));
    ++bounds_.begun;
}

void History::abandon()
{
    const std::lock_guard lock(mutex_);
    maps_.pop_back();
    --bounds_.begun;
}

void History::acknowledge()
{
    const std::lock_guard lock(mutex_);
    bounds_.acknowledged = bounds_.begun;
}

void History::made_safe(std::size_t commits)
{
    const std::lock_guard lock(mutex_);
    bounds_.safe = std::max(bounds_.safe, commits);
}

History::Bounds History::bounds() const
{
    const std::lock_guard lock(mutex_);
    return bounds_;
}

Map History::now() const
{
    const std::lock_guard lock(mutex_);
    return maps_[bounds_.acknowledged];
}

bool History::had(const Map& map, std::size_t from, std::size_t to) const
{
    const std::lock_guard lock(mutex_);
    return std::find(maps_.begin() + static_cast<std::ptrdiff_t>(from),
                     maps_.begin() + static_cast<std::ptrdiff_t>(to) + 1,
                     map) != maps_.begin() + static_cast<std::ptrdiff_t>(to) + 1;
}

}  // namespace bytestore::test
