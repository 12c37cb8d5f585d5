#include "fs/core/listing.h"

#include <numeric>
#include <unordered_set>

namespace bytestore::fs {

std::string_view Listing::name(std::size_t place) const
{
    const auto begin = place == 0 ? 0 : ends_[place - 1];
    return std::string_view(names_).substr(begin, ends_[place] - begin);
}

void Listing::take(const std::vector<std::string>& names, std::uint64_t version)
{
    names_.reserve(std::accumulate(names.begin(), names.end(), names_.size(),
                                   [](std::size_t sum, const std::string& name) { return sum + name.size(); }));
    std::unordered_set<std::string_view> known;
    known.reserve(ends_.size() + names.size());
    for (std::size_t place = 0; place < ends_.size(); ++place) {
        known.insert(name(place));
    }
    for (const auto& each : names) {
        if (known.insert(each).second) {
            names_.append(each);
            ends_.push_back(names_.size());
        }
    }
    names_.shrink_to_fit();
    ends_.shrink_to_fit();
    taken_ = version;
}

void Listing::begin_anew()
{
    names_ = {};
    ends_ = {};
    taken_ = 0;
}

}  // namespace bytestore::fs
