// The mounted store as a file system, without FUSE: one method per operation of the kernel, answering with values and
// typed errors.
//
// Locks, in the order in which they may be taken: that of a ControlWriter or of a ListingAhead, the name lock, a file's
// mutex, its directory's, then those inside NodeTable, PendingFiles, Files and the store, texts_mutex_ or next_mutex_.
// What changes a name holds the name lock alone; everything else shares it. Nobody waits with a lock held for the sync
// that fsync or SyncMode::always promises; but a commit may begin another segment, which syncs the full one, or on a
// full disk wait for a compaction.
//
// Threads: every method may be called from any thread.
#pragma once

#include "engine/delayed_call.h"
#include "engine/result.h"
#include "engine/store.h"
#include "fs/control/control_files.h"
#include "fs/control/last_error.h"
#include "fs/core/attributes.h"
#include "fs/core/directories.h"
#include "fs/core/files.h"
#include "fs/core/invalidations.h"
#include "fs/core/listing_ahead.h"
#include "fs/core/name_lock.h"
#include "fs/core/names.h"
#include "fs/core/node_table.h"
#include "fs/core/pending_files.h"
#include "fs/core/rename.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bytestore::fs {

class OutsideChange;

// An open file or directory, owned by the caller from open or create to release.
struct Handle {
    NodePtr node;
    bool writes = false;        // it is a writer of the file: opened for writing, or it created or truncated the file
    bool flushes = false;       // its close commits what was written: opened for writing
    bool listing_kept = false;  // what the kernel has of an earlier listing of the directory can be used
    const ControlFile* control = nullptr;
    std::shared_ptr<const std::string> control_text;  // of a control file, taken at open
    std::unique_ptr<ControlWriter> control_writer;    // of one that was opened for writing
    std::shared_ptr<ListingAhead> listing;            // of a directory
};

class Filesystem {
public:
    // The store outlives the file system and is used through it alone. What the daemon has to say goes to the store's
    // options.log.
    // All open files together hold at most `max_dirty` bytes that are not stored.
    Filesystem(Store& store, Invalidations invalidations, DaemonControl daemon, std::uint64_t max_dirty);
    // Commits whatever is not a record yet.
    ~Filesystem();
    Filesystem(const Filesystem&) = delete;
    Filesystem& operator=(const Filesystem&) = delete;

    // Names. Those that return Attributes of something new to the kernel count one lookup, which it gives back by
    // forget.
    Result<Attributes> lookup(Ino parent, std::string_view name);
    void forget(Ino ino, std::uint64_t lookups);
    Result<Attributes> make_directory(Ino parent, std::string_view name, std::uint32_t mode, Owner owner);
    Result<Attributes> make_link(Ino parent, std::string_view name, std::string_view target, Owner owner);
    Status unlink(Ino parent, std::string_view name);
    Status remove_directory(Ino parent, std::string_view name);
    Status rename(Ino parent, std::string_view name, Ino new_parent, std::string_view new_name, RenameMode mode);

    // Attributes.
    Result<Attributes> attributes(Ino ino);
    Result<Attributes> change(Ino ino, const AttributeChange& change);
    Result<std::string> read_link(Ino ino);
    Result<DiskSpace> space() const;

    // Whether files and directories have to be opened. Where nothing changes a read needs no handle, and a control file
    // is another inode each time it is looked up, which tells what was true then.
    bool needs_handles() const { return !store_.options().read_only; }
    Result<Bytes> read(Ino ino, std::uint64_t offset, std::size_t size);

    // Files.
    Result<std::unique_ptr<Handle>> open(Ino ino, const OpenRequest& request);
    struct Created {
        Attributes attributes;
        std::unique_ptr<Handle> handle;
    };
    // Errc::exists if the name is taken and `exclusive`; else what is there is opened.
    Result<Created> create(Ino parent, std::string_view name, std::uint32_t mode, Owner owner,
                           const OpenRequest& request, bool exclusive);
    Result<Bytes> read(const Handle& handle, std::uint64_t offset, std::size_t size);
    Result<std::size_t> write(const Handle& handle, const WritePlace& place, std::string_view bytes);
    // fallocate(2) without flags: the file has at least offset + length bytes, for which there is space.
    Status allocate(const Handle& handle, std::uint64_t offset, std::uint64_t length);
    Status flush(const Handle& handle);
    Status sync(const Handle& handle);
    Status release(std::unique_ptr<Handle> handle);

    // Directories.
    Result<std::unique_ptr<Handle>> open_directory(Ino ino);
    // Tells `take` the entries behind `cookie`, 0 being the start, until it wants no more and returns false. It calls
    // nothing here.
    void list(const Handle& handle, std::uint64_t cookie, const std::function<bool(const DirectoryEntry&)>& take);
    // The same with what lookup tells of each. What comes behind the last that was taken is looked for at once, on
    // another thread.
    void list_known(const Handle& handle, std::uint64_t cookie, const std::function<bool(const KnownEntry&)>& take);
    void release_directory(std::unique_ptr<Handle> handle);

    // A change from outside of the kernel's requests: all of the batch or nothing. No directory markers are written;
    // what a writer has in its buffer is not touched. When this returns the kernel has forgotten what was cached of the
    // old state, and SyncMode::always holds. The kernel may wait for other requests meanwhile, so that a thread which
    // serves one must be sure that others are left to serve those.
    Status apply(const Batch& batch);

    // Before the end: has the kernel write what it holds of mappings of open files. As apply it may wait for other
    // requests.
    void collect_pages();

    // Makes records of what was only created or truncated so far, and syncs the store.
    Status sync_all();

    // Whether a change of this file, or its close, writes so much that a thread which others wait for should leave it
    // to another. A hint, from memory.
    bool is_large(Ino ino) const;
    static bool is_large(const Handle& handle) { return handle.writes && Files::is_large(*handle.node); }
    // Whether a write of a few bytes reads so much first.
    static bool reads_much_first(const Handle& handle) { return Files::is_large_and_unread(*handle.node); }
    // Whether one of these is under way, for which a change of anything may have to wait.
    bool is_busy_for_long() const { return names_lock_.is_shared_for_long(); }

    // Inodes in memory, the root among them.
    std::size_t live_nodes() const { return nodes_.size(); }

private:
    Result<NodePtr> node(Ino ino) const;
    Result<NodePtr> directory(Ino ino) const;
    Result<NodePtr> own_directory(Ino ino) const;
    static Status check_own(const NodePtr& parent, std::string_view name);
    Result<Attributes> lookup_in(const NodePtr& parent, std::string_view name);
    DirectoryPage next_entries(const NodePtr& directory, std::uint64_t cookie, std::size_t most, SharedNames& names);
    std::optional<Moment> moment() const;
    bool is_fresh(const ListingAhead& listing) const;
    bool find_more(ListingAhead& listing);
    bool find_known(const NodePtr& directory, std::uint64_t cookie, ListingAhead& listing, SharedNames& names);
    void discard(ListingAhead& listing);
    void forget(const NodePtr& found, std::uint64_t lookups);
    void go_ahead(const std::shared_ptr<ListingAhead>& listing);
    void list_ahead();
    std::optional<KnownEntry> next_dots_or_control_entry(const NodePtr& directory, std::uint64_t cookie,
                                                         SharedNames& names);
    Result<Attributes> attributes_of_node(const NodePtr& node, const Target* found = nullptr);
    Result<Attributes> known(const NodePtr& node, const Target* found = nullptr);
    NodePtr node_at(const Target& target);

    Result<Attributes> lookup_control(const NodePtr& parent, std::string_view name);
    Attributes control_attributes(const Node& node) const;
    void look_up_anew(const NodePtr& parent, const ControlFile& file);
    std::shared_ptr<const std::string> control_text(const Node& node) const;
    Result<std::unique_ptr<Handle>> open_control(const NodePtr& node, const OpenRequest& request);
    Result<std::size_t> write_control(const Handle& handle, std::string_view bytes);
    Status flush_control(const Handle& handle);
    Result<Attributes> change_control(const Node& node, const AttributeChange& change) const;
    std::optional<DirectoryEntry> next_control_entry(const Node& directory, std::uint64_t cookie) const;
    ControlSources control_sources(DaemonControl daemon);

    template <class Change>
    Status changing_names(Change change);
    struct New {
        Type type;
        std::uint32_t mode;
        std::string_view target;  // of a link
    };
    Result<Attributes> make(Ino parent, std::string_view name, const New& what, Owner owner);
    Result<Position> unlink_locked(const NodePtr& parent, std::string_view name);
    Result<Position> remove_directory_locked(const NodePtr& parent, std::string_view name);
    Result<Created> create_locked(const NodePtr& parent, std::string_view name, std::uint32_t mode, Owner owner,
                                  const OpenRequest& request, bool exclusive);
    Result<Bytes> read_file(const NodePtr& file, std::uint64_t offset, std::size_t size);
    void collect_pages(const Batch& batch);
    // A read of the kernel's lasts longer only if whoever reads gets no processor.
    static constexpr std::chrono::milliseconds kReadUnderWay{2};
    void tell_sizes(const OutsideChange& change);
    void tell_ends(const std::vector<NodePtr>& grown);
    void tell_end(const NodePtr& file);
    void tell_size(const NodePtr& file);
    void let_the_end_be_told_first(const NodePtr& file, std::uint64_t offset);
    template <class Of>
    void collect_pages(Of of);
    Status commit_pending();
    void store_times() const;
    void commit_overdue();
    void dropped(const Node& file, bool vanished);
    void log_failure(const Result<Position>& done, const char* what) const;
    Status settled(std::string_view what, const Node& node, Result<Position> done);
    template <class T>
    Result<T> noted(std::string_view what, Result<T> done);

    Store& store_;
    const Invalidations invalidations_;
    const Owner store_owner_;

    NameLock names_lock_;
    NodeTable nodes_;
    PendingFiles pending_;
    Names names_;
    Files files_;
    Directories directories_;
    LastError last_error_;
    std::atomic<std::uint64_t> read_bytes_{0};
    std::atomic<std::uint64_t> written_bytes_{0};
    const std::int64_t start_time_;  // seconds since 1970
    ControlFiles control_;
    mutable std::mutex texts_mutex_;
    // Of control files that were looked up without handles; guarded by texts_mutex_.
    mutable std::unordered_map<Ino, std::shared_ptr<const std::string>> texts_;
    DelayedCall overdue_;
    std::mutex next_mutex_;
    std::shared_ptr<ListingAhead> next_listing_;  // that goes ahead, of several the last; guarded by next_mutex_
    DelayedCall ahead_;                           // last: it uses all of the above
};

// For .control/last-error.
template <class T>
Result<T> Filesystem::noted(std::string_view what, Result<T> done)
{
    if (!done) {
        last_error_.note(what, done.error(), now());
    }
    return done;
}

}  // namespace bytestore::fs
