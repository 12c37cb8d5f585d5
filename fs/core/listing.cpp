#include "fs/core/listing.h"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bytestore::fs {

void Listing::take(Entries entries, std::uint64_t version)
{
    show(names_->empty() && entries.distinct() ? std::move(entries.all) : merged(entries.all));
    taken_ = version;
    rest_.reset();
    is_behind_ = false;
    if (entries.after) {
        entries.all = {};
        rest_ = std::make_unique<Entries>(std::move(entries));
    }
}

void Listing::take(std::shared_ptr<const Names> names, std::uint64_t version)
{
    names_ = std::move(names);
    taken_ = version;
    rest_.reset();
    is_behind_ = false;
}

Listing::Names Listing::merged(const Names& entries) const
{
    const auto& before = *names_;
    auto names = before;
    std::unordered_map<std::string_view, std::size_t> places;
    places.reserve(before.size() + entries.size());
    for (std::size_t place = 0; place < before.size(); ++place) {
        places.emplace(before[place], place);
        names.tag_of(place).type = std::nullopt;
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto [known, is_new] = places.emplace(entries[i], names.size());
        if (is_new) {
            names.add(entries[i], entries.tag_of(i));
            continue;
        }
        auto& type = names.tag_of(known->second).type;
        type = type == Type::directory ? type : entries.tag_of(i).type;
    }
    return names;
}

void Listing::show(Names names)
{
    names.shrink_to_fit();
    names_ = std::make_shared<const Names>(std::move(names));
}

void Listing::complete(Entries entries)
{
    show(entries.distinct() ? std::move(entries.all) : merged(entries.all));
    rest_.reset();
}

Listing::Entries Listing::part() const
{
    auto entries = *rest_;
    entries.all = *names_;
    return entries;
}

std::shared_ptr<const Listing::Names> Listing::none()
{
    static const auto empty = std::make_shared<const Names>();
    return empty;
}

void Listing::begin_anew()
{
    names_ = none();
    taken_ = 0;
    rest_.reset();
    is_behind_ = false;
}

}  // namespace bytestore::fs
