// How the snapshot file is laid out. All numbers are little-endian, of 64 bits:
//
//   magic, version, entries, hidden keys + 1 (0: not counted), segments, bytes of the tables, bytes of the base,
//   checksum of the tables, checksum of the header up to here
//   tables   each segment; where each block of the base starts; the checksum of each page of the base, then its first
//   key base     as engine/index/index_base.h packs it
//
// Checksums are XXH3-64.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bytestore::snapshot {

inline constexpr std::uint64_t kMagic = 0x7865646e69534214;  // "\x14BSindex"
inline constexpr std::uint64_t kVersion = 1;
inline constexpr std::size_t kHeaderNumbers = 9;
inline constexpr std::size_t kHeaderBytes = kHeaderNumbers * sizeof(std::uint64_t);

std::uint64_t hash_of(std::string_view bytes);

constexpr std::uint64_t little_endian(std::uint64_t number)
{
    return std::endian::native == std::endian::little ? number : std::byteswap(number);
}

class Writer {
public:
    void number(std::uint64_t number)
    {
        const std::uint64_t stored = little_endian(number);
        bytes_.append(reinterpret_cast<const char*>(&stored), sizeof(stored));
    }
    void text(std::string_view text)
    {
        number(text.size());
        bytes_.append(text);
    }
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

// Reads what a Writer wrote. Behind the end everything is 0 or empty, and good() is false.
class Reader {
public:
    explicit Reader(std::string_view bytes)
        : left_(bytes)
    {
    }

    std::uint64_t number()
    {
        std::uint64_t stored = 0;
        const auto bytes = take(sizeof(stored));
        bytes.copy(reinterpret_cast<char*>(&stored), bytes.size());
        return little_endian(stored);
    }
    std::string_view text() { return take(number()); }
    // How many things of at least `least` bytes follow, so that none is expected that cannot be there.
    std::size_t count(std::size_t least)
    {
        const std::uint64_t count = number();
        good_ = good_ && count <= left_.size() / least;
        return good_ ? static_cast<std::size_t>(count) : 0;
    }

    bool good() const { return good_; }
    bool at_end() const { return good_ && left_.empty(); }

private:
    std::string_view take(std::uint64_t size)
    {
        good_ = good_ && size <= left_.size();
        const auto taken = good_ ? left_.substr(0, static_cast<std::size_t>(size)) : std::string_view();
        left_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view left_;
    bool good_ = true;
};

}  // namespace bytestore::snapshot
