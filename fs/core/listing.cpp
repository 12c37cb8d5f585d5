#include "fs/core/listing.h"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bytestore::fs {
namespace {

// So many names that went are kept, so that one that comes again, as such names do, has its place again.
constexpr std::size_t kManyGone = 1000;

// So many changes are noted one by one.
constexpr std::size_t kManyChanges = 1000;

}  // namespace

// While it costs less than to take all names.
void Listing::go_on_following()
{
    follows_ = true;
    if (changed_.size() > kManyChanges || !knows_changes()) {
        follows_ = false;
        changed_ = {};
    }
}

void Listing::catch_up(std::map<std::string, Named, std::less<>> changed, std::uint64_t version)
{
    if (!changed.empty()) {
        auto names = *names_;
        for (std::size_t place = 0; place < names.size() && !changed.empty(); ++place) {
            if (const auto found = changed.find(names[place]); found != changed.end()) {
                names.tag_of(place) = found->second;
                changed.erase(found);
            }
        }
        for (const auto& [name, named] : changed) {
            if (named.type) {
                names.add(name, named);
            }
        }
        show(std::move(names));
    }
    taken_ = version;
    is_behind_ = false;
    follow();
}

void Listing::follow()
{
    changed_ = {};
    follows_ = is_current() && !rest_;  // else something changed already
}

void Listing::take(Entries entries, std::uint64_t version)
{
    show(names_->empty() && entries.distinct() ? std::move(entries.all) : merged(entries.all));
    taken_ = version;
    is_behind_ = false;
    rest_.reset();
    if (entries.after) {
        entries.all = {};
        rest_ = std::make_unique<Entries>(std::move(entries));
    }
    follow();
}

void Listing::take(std::shared_ptr<const Names> names, std::uint64_t version)
{
    names_ = std::move(names);
    taken_ = version;
    is_behind_ = false;
    rest_.reset();
    follow();
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
    std::size_t gone = 0;
    for (std::size_t place = 0; place < names.size(); ++place) {
        gone += names.tag_of(place).type ? 0 : 1;
    }
    if (gone > names.size() / 2 + kManyGone) {
        names = names.living();
    }
    names.shrink_to_fit();
    names_ = std::make_shared<const Names>(std::move(names));
}

void Listing::complete(Entries entries)
{
    show(entries.distinct() ? std::move(entries.all) : merged(entries.all));
    rest_.reset();
    follow();
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
    is_behind_ = false;
    rest_.reset();
    follow();
}

}  // namespace bytestore::fs
