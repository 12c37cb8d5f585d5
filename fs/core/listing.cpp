#include "fs/core/listing.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace bytestore::fs {

std::string_view Listing::name(std::size_t place) const
{
    const auto begin = place == 0 ? 0 : ends_[place - 1];
    return std::string_view(names_).substr(begin, ends_[place] - begin);
}

void Listing::append(const Listed& entry)
{
    names_.append(entry.name);
    ends_.push_back(names_.size());
    types_.emplace_back(entry.type);
}

void Listing::take(const Entries& entries, std::uint64_t version)
{
    names_.reserve(std::accumulate(entries.all.begin(), entries.all.end(), names_.size(),
                                   [](std::size_t sum, const Listed& entry) { return sum + entry.name.size(); }));
    if (ends_.empty() && entries.distinct) {
        ends_.reserve(entries.all.size());
        types_.reserve(entries.all.size());
        std::ranges::for_each(entries.all, [this](const Listed& entry) { append(entry); });
    } else {
        merge(entries.all);
    }
    names_.shrink_to_fit();
    ends_.shrink_to_fit();
    types_.shrink_to_fit();
    taken_ = version;
}

void Listing::merge(const std::vector<Listed>& entries)
{
    std::unordered_map<std::string_view, std::size_t> places;
    places.reserve(ends_.size() + entries.size());
    for (std::size_t place = 0; place < ends_.size(); ++place) {
        places.emplace(name(place), place);
    }
    std::ranges::fill(types_, std::nullopt);
    for (const auto& entry : entries) {
        const auto [known, is_new] = places.emplace(entry.name, ends_.size());
        if (is_new) {
            append(entry);
            continue;
        }
        auto& type = types_[known->second];
        type = type == Type::directory ? type : entry.type;
    }
}

void Listing::begin_anew()
{
    names_ = {};
    ends_ = {};
    types_ = {};
    taken_ = 0;
}

}  // namespace bytestore::fs
