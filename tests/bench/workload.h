// What the benchmarks store: path-like keys of 48 bytes in 10 000 directories of a hundred each, and values of 100
// bytes. The same in every run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::bench {

inline constexpr std::size_t kKeyBytes = 48;
inline constexpr std::size_t kValueBytes = 100;
inline constexpr char kDelimiter = ':';

class Workload {
public:
    explicit Workload(std::size_t keys);

    std::size_t size() const { return keys_.size(); }
    // Ascending.
    const std::string& key(std::size_t position) const { return keys_[position]; }
    std::string_view value(std::size_t position) const;
    // The positions, shuffled; another order for each seed.
    std::vector<std::uint32_t> shuffled(std::uint64_t seed) const;

private:
    std::vector<std::string> keys_;
    std::string text_;  // values are pieces of it
};

// That of all benchmarks; as many keys as BYTESTORE_BENCH_KEYS says, a million by default.
const Workload& workload();

}  // namespace bytestore::bench
