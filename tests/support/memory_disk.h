// What a machine with one directory holds, in its memory and on its disk: all that was done, and which part of it is
// safe. A loss of power leaves the safe part, and of the rest what chance wants.
//
// The model is harsher than any one file system. The data of a file is safe once the file was synced, its name once the
// directory was; neither helps the other. What is not safe may be there or not, each change for itself, in any order,
// and a write may be torn. Only this is taken for granted: a rename happens whole or not at all.
//
// Not thread-safe: MemoryFiles locks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::test {

// What is gone after a loss of power of what was not synced.
enum class Loss : std::uint8_t {
    everything,
    latest,  // what was done after some moment; the write at that moment is torn
    any,     // any part of it
};

struct MemoryInode {
    // A write, or a truncation to the size `offset`.
    struct Change {
        std::uint64_t sequence = 0;
        std::uint64_t offset = 0;
        std::optional<std::string> written;
    };

    void apply(const Change& change) { apply(change, content); }
    static void apply(const Change& change, std::string& bytes);

    std::uint64_t number = 0;
    std::string content;
    std::int64_t mtime = 0;
    std::string safe_content;
    std::int64_t safe_mtime = 0;
    std::vector<Change> unsafe;
    const void* lock_holder = nullptr;
};

class MemoryDisk {
public:
    using Inode = std::shared_ptr<MemoryInode>;
    using Names = std::map<std::string, Inode>;

    MemoryDisk() = default;
    // Without the locks: their holders are dead, or on another machine.
    MemoryDisk(const MemoryDisk& other);
    MemoryDisk& operator=(const MemoryDisk&) = delete;
    MemoryDisk(MemoryDisk&&) = delete;  // those that opened it hold on to it
    MemoryDisk& operator=(MemoryDisk&&) = delete;
    ~MemoryDisk() = default;
    // What is left when the power comes back.
    MemoryDisk(const MemoryDisk& other, Loss loss, std::mt19937& random);

    const Names& names() const { return names_; }
    Inode create(const std::string& name);
    void link(const Inode& inode, const std::string& name) { change_name({.name = name, .inode = inode}); }
    void rename(const std::string& from, const std::string& to);
    void unlink(const std::string& name) { change_name({.name = name, .inode = nullptr}); }
    void sync_names();

    void write(MemoryInode& inode, std::uint64_t offset, std::string_view bytes);
    void truncate(MemoryInode& inode, std::uint64_t size);
    static void sync(MemoryInode& inode);
    std::uint64_t links(const MemoryInode& inode) const;

    const void* lock_holder = nullptr;  // of the directory

private:
    struct NameChange {
        std::uint64_t sequence = 0;
        std::string name;
        Inode inode;               // none: the name is gone
        std::string renamed_from;  // that name is gone
    };

    static void apply(const NameChange& change, Names& names);
    void change_name(NameChange change);
    void change(MemoryInode& inode, MemoryInode::Change change);
    std::uint64_t free_number();
    std::vector<std::uint64_t> unsafe_moments() const;

    Names names_;
    Names safe_names_;
    std::vector<NameChange> unsafe_names_;
    std::uint64_t sequence_ = 1;  // of the next change
    std::map<std::uint64_t, std::weak_ptr<MemoryInode>> numbers_;
};

}  // namespace bytestore::test
