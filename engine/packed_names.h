// Many names in one string, each with something said of it: a listing of a large directory costs no allocation a name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

template <class Said>
class PackedNames {
public:
    void add(std::string_view name, Said said)
    {
        bytes_.append(name);
        ends_.push_back(bytes_.size());
        said_.push_back(said);
    }
    void shrink_to_fit()
    {
        bytes_.shrink_to_fit();
        ends_.shrink_to_fit();
        said_.shrink_to_fit();
    }

    std::size_t size() const { return ends_.size(); }
    bool empty() const { return ends_.empty(); }
    std::string_view operator[](std::size_t place) const
    {
        const std::size_t begin = place == 0 ? 0 : ends_[place - 1];
        return {bytes_.data() + begin, ends_[place] - begin};
    }
    const Said& said_of(std::size_t place) const { return said_[place]; }
    Said& said_of(std::size_t place) { return said_[place]; }

private:
    std::string bytes_;              // one name behind the other
    std::vector<std::size_t> ends_;  // of each
    std::vector<Said> said_;
};

}  // namespace bytestore
