// Many names in one string, each with a tag: a listing of a large directory costs no allocation a name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

template <class Tag>
class PackedNames {
public:
    void add(std::string_view name, Tag tag)
    {
        bytes_.append(name);
        names_.push_back({.end = bytes_.size(), .tag = tag});
    }
    void shrink_to_fit()
    {
        bytes_.shrink_to_fit();
        names_.shrink_to_fit();
    }

    std::size_t memory_bytes() const { return bytes_.capacity() + names_.capacity() * sizeof(Name); }
    std::size_t size() const { return names_.size(); }
    bool empty() const { return names_.empty(); }
    std::string_view operator[](std::size_t place) const
    {
        const std::size_t begin = place == 0 ? 0 : names_[place - 1].end;
        return {bytes_.data() + begin, names_[place].end - begin};
    }
    const Tag& tag_of(std::size_t place) const { return names_[place].tag; }
    Tag& tag_of(std::size_t place) { return names_[place].tag; }

private:
    struct Name {
        std::size_t end = 0;
        Tag tag;
    };
    std::string bytes_;  // one name behind the other
    std::vector<Name> names_;
};

}  // namespace bytestore
