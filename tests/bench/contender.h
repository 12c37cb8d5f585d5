// A store as the benchmarks see it. Ours and each peer that was found at build time are one.
//
// All of them: no compression, what was set survives the death of the process (the log is written at every set), and
// memory enough to hold all data. What each is told beyond its defaults stands in its own file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::bench {

inline constexpr std::string_view kOurs = "bytestore";

inline constexpr std::size_t kCacheBytes = std::size_t{1} << 30;
inline constexpr std::size_t kMemtableBytes = std::size_t{64} << 20;

// Every method of both throws std::runtime_error when the store fails.
class Contender {
public:
    // For one thread; the contender outlives it.
    class Reader {
    public:
        Reader() = default;
        virtual ~Reader() = default;
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        Reader(Reader&&) = delete;
        Reader& operator=(Reader&&) = delete;

        // What is in the store at this moment; false if the key is not.
        virtual bool get(std::string_view key, std::string& value) = 0;
        // Copies out every key and value in order; how many bytes they are.
        virtual std::uint64_t scan() = 0;
    };

    Contender() = default;
    virtual ~Contender() = default;
    Contender(const Contender&) = delete;
    Contender& operator=(const Contender&) = delete;
    Contender(Contender&&) = delete;
    Contender& operator=(Contender&&) = delete;

    virtual void set(std::string_view key, std::string_view value) = 0;
    virtual void set_synced(std::string_view key, std::string_view value) = 0;
    virtual std::unique_ptr<Reader> reader() const = 0;
    // Before reads are measured: whatever makes them faster.
    virtual void prepare_for_reads() {}
};

struct ContenderKind {
    std::string name;
    std::unique_ptr<Contender> (*open)(const std::string& directory);  // an existing, empty one or one it left
};

// Ours first.
std::vector<ContenderKind> contender_kinds();

std::unique_ptr<Contender> open_bytestore(const std::string& directory);
std::unique_ptr<Contender> open_rocksdb(const std::string& directory);
std::unique_ptr<Contender> open_leveldb(const std::string& directory);
std::unique_ptr<Contender> open_lmdb(const std::string& directory);

}  // namespace bytestore::bench
