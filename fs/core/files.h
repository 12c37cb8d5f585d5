// The content of files: one buffer per file while it is open for writing, which becomes one Set record when it is
// flushed.
//
// A file that was created or truncated by open, and nothing since, is pending: it is seen at once, but is no record
// until something says that this is all there will be (shells open, duplicate and close a file before they write to
// it). Until a record is written, a crash leaves the old value.
//
// Disk space for that record is reserved before a change of the buffer is acknowledged, so that it is the write that
// fails on a full disk, where its caller can see it, and not the close.
//
// Every caller holds the Filesystem's name lock, shared or exclusive. Each method locks the node's mutex by itself.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/core/attributes.h"
#include "fs/core/buffer.h"
#include "fs/core/names.h"
#include "fs/core/node.h"
#include "fs/core/node_table.h"
#include "fs/core/pending_files.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace bytestore::fs {

// Bytes of a read, and what keeps them in memory.
struct Bytes {
    std::shared_ptr<const std::string> owner;
    std::string_view view;
};

// Of the bytes of a text, as many as there are.
Bytes slice(std::shared_ptr<const std::string> text, std::uint64_t offset, std::size_t size);

struct OpenRequest {
    bool reads = true;
    bool writes = false;
    bool truncate = false;
    bool strips = false;  // truncating takes set-user-ID and set-group-ID away: whoever asks is not root
};

struct WritePlace {
    std::uint64_t offset = 0;
    bool at_end = false;     // O_APPEND: wherever that is by now; the offset is where the kernel believes it
    bool from_page = false;  // bytes of a mapping, which the kernel held: with those around them, as they were then
};

class Files {
public:
    // All buffers together hold at most `max_dirty` bytes: what would be more fails with Errc::no_space.
    // `dropped` hears of a file whose uncommitted content was given up, so that the kernel forgets what it cached of
    // it, and whether the file is gone with it.
    using Dropped = std::function<void(const Node&, bool vanished)>;
    Files(Store& store, NodeTable& nodes, const Names& names, PendingFiles& pending, Owner store_owner,
          std::uint64_t max_dirty, Dropped dropped);
    // Gives up what was not committed, which nobody will commit any more, and its space.
    ~Files();
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;

    // max_dirty, of which others may take as well.
    MemoryLimit& limit() { return limit_; }

    // `found`: what a lookup just found at its place, which saves looking again if nothing was committed since.
    Result<Attributes> attributes(const NodePtr& file, const Target* found = nullptr);
    // Whether to write its value takes longer than to have another thread do it, as far as attributes() and writes
    // told.
    static bool is_large(const Node& file) { return file.large; }
    // Whether the next write reads such a value first.
    static bool is_large_and_unread(const Node& file) { return file.large && file.unread; }
    // A change of attributes: a record at once, unless the file is open for writing.
    struct Changed {
        Position position;
        Attributes attributes;  // after it
    };
    Result<Changed> change(const NodePtr& file, const AttributeChange& change);

    // Opening and closing. A new file (`create`) has no record yet; its node is in the table already.
    Status create(const NodePtr& file, const Meta& meta);
    Status open(const NodePtr& file, const OpenRequest& request);
    // After an open for reading. Calls `push` with what is stored if this was the first one, nobody else has the file
    // open, and it is small; no other open of the file returns meanwhile.
    void push_first(const NodePtr& file, const std::function<void(std::string_view)>& push) const;
    Result<Position> flush(const NodePtr& file, bool writes);
    Result<Position> release(const NodePtr& file, bool writes);

    Result<Bytes> read(const NodePtr& file, std::uint64_t offset, std::size_t size);
    // The same in two steps, of which the second may wait for other readers of large values and needs no lock.
    using Source = std::variant<Bytes, ValueRef>;  // bytes of the buffer, or what is stored
    Result<Source> source(const NodePtr& file, std::uint64_t offset, std::size_t size);
    Result<Bytes> read(const Source& source, std::uint64_t offset, std::size_t size);
    // Where it was written: at `offset`, or at the end.
    Result<std::uint64_t> write(const NodePtr& file, const WritePlace& place, std::string_view bytes);
    // Fills up with zeros to `size`, if there is less. On error nothing of the file changed.
    Status grow(const NodePtr& file, std::uint64_t size);

    // Makes a record of what is not one yet.
    Result<Position> commit(const NodePtr& file);
    // The same for all new files that have been pending since before `time`; whether some still are.
    bool commit_pending(std::int64_t time);
    // For what is pending in a directory, at a sync of it.
    Result<Position> commit_pending_in(const NodePtr& directory);
    // For all files: what is pending, at a sync (`even_changed` = false), or all that is no record yet but a truncation
    // whose writer may still write, at the end of the mount.
    Result<Position> commit_all(bool even_changed);

    // For a rename at `time`: puts a Set of what is not a record yet under `key` into `batch`, which borrows its bytes;
    // false if the stored value is all there is. The caller commits the batch and then says `committed`, or does
    // neither; the name lock is held alone all the time.
    Result<bool> add_to(Batch& batch, const NodePtr& file, const std::string& key, std::int64_t time);
    void committed(const NodePtr& file, std::int64_t time);
    // For a rename of the directory with the key `from`: what is not a record yet follows by itself, if its new key is
    // not too long and there is space for its record, which is promised anew. On error nothing of a file changed.
    Status follow(std::string_view from, std::string_view to);

    // The stored value was replaced by somebody else: the file shows it, unless a writer has something in its buffer.
    // True if pages of it may be dirty in the kernel, which would put back what they were made of: they are dropped
    // when they arrive, until the kernel has forgotten them and the caller says so.
    bool replaced(const NodePtr& file);
    void pages_are_forgotten(const NodePtr& file);
    static bool is_open(const NodePtr& file);
    // That are open for writing, or no record yet, and have a name.
    std::vector<NodePtr> with_content() const;
    // How many there were so far; nullopt while there is one.
    std::optional<std::uint64_t> contents_made() const;
    // The name is gone, now: what is open goes on with the content that it had; `value` is what was stored, if
    // anything.
    void orphan(const NodePtr& file, const std::optional<ValueRef>& value);

private:
    static std::unexpected<Error> removed();
    Result<Position> commit_locked(const NodePtr& file);
    Result<Position> commit_or_fail_locked(const NodePtr& file);
    void forget_locked(Node& file);
    void note_content(const NodePtr& file);
    void forget_content(const Node& file);
    Result<Attributes> attributes_locked(const NodePtr& file, const Target* found);
    Attributes shown_locked(Node& file, const Meta& meta, std::uint64_t size) const;
    Result<Changed> change_stored_locked(const NodePtr& file, const AttributeChange& change);
    Status claim(const Node& file, Buffer& buffer, std::uint64_t size);
    void drop_unchanged(const Node& but);
    // All of it, or the first `most` bytes for one who truncates it.
    Status load_locked(const NodePtr& file, std::uint64_t most = UINT64_MAX);
    Status check_size(std::uint64_t size) const;
    Status reserve_locked(const NodePtr& file, std::uint64_t size, std::uint64_t escaped);
    Status reserve_unresized_locked(const NodePtr& file, std::string_view key);
    std::string key_of(const NodePtr& file) const { return names_.key_of(*file).value_or(""); }
    Status resize_locked(const NodePtr& file, std::uint64_t size, std::int64_t time);
    Status resize_loaded_locked(const NodePtr& file, std::uint64_t size);
    Result<std::uint64_t> write_locked(const NodePtr& file, const WritePlace& place, std::string_view bytes);
    bool is_there_locked(const NodePtr& file) const;
    static void note_size(Node& file, std::uint64_t size);
    Status make_content_locked(const NodePtr& file);
    void drop_locked(const NodePtr& file);
    void settled_locked(const NodePtr& file);
    std::optional<ValueRef> stored(const NodePtr& file) const;

    Store& store_;
    NodeTable& nodes_;
    const Names& names_;
    PendingFiles& pending_;
    const Owner store_owner_;
    MemoryLimit limit_;
    SpareMemory spare_;
    const Dropped dropped_;

    mutable std::mutex contents_mutex_;
    // Guarded by contents_mutex_.
    std::unordered_map<Ino, std::weak_ptr<Node>> contents_;  // files with a name that have one
    std::uint64_t contents_made_ = 0;
};

}  // namespace bytestore::fs
