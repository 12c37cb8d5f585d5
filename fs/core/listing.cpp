#include "fs/core/listing.h"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bytestore::fs {

void Listing::take(Entries entries, std::uint64_t version)
{
    if (names_.empty() && entries.distinct) {
        names_ = std::move(entries.all);
    } else {
        merge(entries.all);
    }
    names_.shrink_to_fit();
    taken_ = version;
}

void Listing::merge(const Names& entries)
{
    const Names before = names_;  // which stays where it is
    std::unordered_map<std::string_view, std::size_t> places;
    places.reserve(before.size() + entries.size());
    for (std::size_t place = 0; place < before.size(); ++place) {
        places.emplace(before[place], place);
        names_.said_of(place) = std::nullopt;
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto [known, is_new] = places.emplace(entries[i], names_.size());
        if (is_new) {
            names_.add(entries[i], entries.said_of(i));
            continue;
        }
        auto& type = names_.said_of(known->second);
        type = type == Type::directory ? type : entries.said_of(i);
    }
}

void Listing::begin_anew()
{
    names_ = {};
    taken_ = 0;
}

}  // namespace bytestore::fs
