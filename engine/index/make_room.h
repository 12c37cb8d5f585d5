// Room in a container of which there are many, so that what each leaves unused adds up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace bytestore {

// Room for `more` elements; where there is none, for a `spare`-th of them all as well.
template <class Container>
void make_room(Container& container, std::size_t more, std::size_t spare)
{
    const std::size_t needed = container.size() + more;
    if (needed > container.capacity()) {
        container.reserve(needed + needed / spare);
    }
}

// The reserve() of a string takes twice what it had.
inline void make_room(std::string& bytes, std::size_t more, std::size_t spare)
{
    const std::size_t needed = bytes.size() + more;
    if (needed > bytes.capacity()) {
        std::string roomy;
        roomy.reserve(needed + needed / spare);
        roomy.append(bytes);
        bytes = std::move(roomy);
    }
}

}  // namespace bytestore
