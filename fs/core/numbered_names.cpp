#include "fs/core/numbered_names.h"

#include <algorithm>

namespace bytestore::fs {

NumberedNames NumberedNames::living() const
{
    NumberedNames living;
    for (std::size_t place = 0; place < size(); ++place) {
        if (tag_of(place).type) {
            living.skip_to(number_of(place));
            living.add(names_[place], tag_of(place));
        }
    }
    living.skip_to(next_);
    return living;
}

std::uint64_t NumberedNames::number_of(std::size_t place) const
{
    const auto behind = std::ranges::upper_bound(runs_, place, {}, &Run::place);
    return behind == runs_.begin() ? place : place - (behind - 1)->place + (behind - 1)->number;
}

std::size_t NumberedNames::place_from(std::uint64_t number) const
{
    const auto behind = std::ranges::upper_bound(runs_, number, {}, &Run::number);
    const auto end = behind == runs_.end() ? size() : behind->place;
    const auto run = behind == runs_.begin() ? Run{} : *(behind - 1);
    return static_cast<std::size_t>(std::min<std::uint64_t>(run.place + (number - run.number), end));
}

void NumberedNames::skip_to(std::uint64_t number)
{
    if (number == next_) {
        return;
    }
    next_ = number;
    if (!runs_.empty() && runs_.back().place == size()) {
        runs_.back().number = number;
    } else {
        runs_.push_back({.place = size(), .number = number});
    }
}

}  // namespace bytestore::fs
