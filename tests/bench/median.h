// The median of some figures.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bytestore::bench {

inline double median(std::vector<double> figures)
{
    const auto middle = figures.begin() + static_cast<std::ptrdiff_t>(figures.size() / 2);
    std::ranges::nth_element(figures, middle);
    return *middle;
}

}  // namespace bytestore::bench
