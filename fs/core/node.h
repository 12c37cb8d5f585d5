// A node is a file, a directory or a link that the kernel knows, or that has state of its own (a pending file). It
// knows its place, a parent and a segment; its key follows from that, so that renaming a directory moves everything
// below it at once.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/core/attributes.h"
#include "fs/core/buffer.h"
#include "fs/core/listing.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace bytestore::fs {

// The content of a file while it is open for writing, or has something that is no record yet. Every handle of the file
// sees it.
struct Content {
    Content(MemoryLimit& limit, SpareMemory& spare)
        : data(limit, spare)
    {
    }

    Buffer data;
    bool loaded = false;       // data is the file's content; else that is still the stored value
    bool changed = false;      // by a write, a truncation or a setattr: the next flush makes it a record
    bool pending = false;      // created or truncated by open, and nothing since: see Files::flush
    bool stored = false;       // the file's key is bound (to an older value, if changed or pending)
    unsigned stale_pages = 0;  // replaced beside the mount, so often that the kernel has not forgotten yet
    unsigned bare_flushes = 0;
    std::int64_t since = 0;  // when it became pending
    Meta meta;
    std::uint64_t escaped = 0;     // escaped_bytes of data, at most
    Reservation reservation;       // for the record that this will become
    std::optional<Error> failure;  // of a write: nothing is committed any more, flush and fsync repeat it

    // Whether it becomes a record at the next occasion.
    bool is_due() const { return !failure && (changed || pending); }
    // What is stored is the content.
    void unload()
    {
        data.clear();
        loaded = false;
    }
    // To be told of a change that the next flush makes a record.
    void note_change()
    {
        changed = true;
        pending = false;
    }
    void give_up(Error error)
    {
        failure = std::move(error);
        reservation.release();
    }
};

// What was stored for a file when its name went, and its attributes since.
struct Orphan {
    ValueRef value;
    Meta meta;
};

// What is known of a directory's entries.
struct DirectoryState {
    // Guarded by the node's mutex.
    std::optional<std::int64_t> mtime;   // since one came or went; not stored
    std::optional<std::uint32_t> links;  // as stat tells them, once they were counted
    bool told = false;                   // how it is, to somebody who asked since then
    Listing listing;

    // Guarded by the node table's mutex: see NodeTable::numbering.
    std::uint64_t renumbered = 0;
    std::uint64_t moved = 0;
};

// There is one for each file that the kernel knows, so what few of them have lies elsewhere.
struct Node {
    explicit Node(Type of)
        : type(of), state(of == Type::directory ? std::make_unique<DirectoryState>() : nullptr)
    {
    }

    // How a node's key follows from its parent's.
    enum class Place : std::uint8_t {
        root,
        segment,  // parent's key, ':', segment
        value,    // the parent directory's own key (its %value)
        control,  // none: part of .control
    };

    // Constant after construction.
    Ino ino = 0;
    const Type type;

    // Guarded by the Filesystem's name lock.
    Place place = Place::segment;
    std::shared_ptr<Node> parent;
    std::string segment;  // for control: the file's name
    bool marked = false;  // a directory's marker was seen, and only a change beside the mount takes it away

    // It has another name than when it got its number, and so have those below it: they get other numbers when the
    // kernel has forgotten the nodes. Set with the name lock held alone.
    std::atomic<bool> moved = false;
    // A file's value became shorter beside the mount: the kernel may not know its end yet. Set as `moved`.
    std::atomic<bool> cut = false;
    // How often the kernel is being told of its size right now: see SizesToTell, which counts.
    std::atomic<std::uint16_t> being_told = 0;

    // Hints: a file's value took long to write when it was last looked at; the next write has to read it first.
    std::atomic<bool> large = false;
    std::atomic<bool> unread = false;

    // Unlinked or replaced: it has no key any more. Set with the name lock held alone, or, for a new file that could
    // not be stored, shared and with `mutex`.
    std::atomic<bool> detached = false;

    // Guarded by the node table's mutex.
    std::uint64_t lookups = 0;  // that the kernel has to forget
    std::uint64_t pins = 0;     // handles, children, pending state: the node is kept
    bool named = false;         // the table finds it under its name
    bool stray = false;         // its number may not be the one that its name would get
    Ino in_the_way_in = 0;      // the directory of a name that was told another number, since this has its own

    // Guarded by `mutex`.
    bool opened = false;                 // once, since the kernel knows it
    std::uint64_t seen_in = UINT64_MAX;  // the last version of the store in which it was looked up and there
    std::mutex mutex;
    unsigned handles = 0;
    unsigned writers = 0;  // of them
    std::unique_ptr<Content> content;
    std::unique_ptr<Orphan> orphan;               // of a detached file, as long as the kernel knows it
    const std::unique_ptr<DirectoryState> state;  // of a directory, else none
};

using NodePtr = std::shared_ptr<Node>;

}  // namespace bytestore::fs
