// The store: an ordered map from keys to values, kept in an append-only log of segments in one directory.
//
// Durability. A commit that returned survives the death of the process. It survives the loss of power once sync()
// returned after it (or settle(), with SyncMode::always). In every mode what survives is a prefix of what was
// committed, without holes.
//
// Errors. What fails leaves the store's content as it was. After an I/O error that leaves the log's end unknown the
// store stops taking writes (Errc::stopped) and goes on serving reads. A full disk stops nothing: a commit that does
// not fit is Errc::no_space before anything is written, and the next one is tried again. Commits that only remove, and
// compactions, have a spare of their own.
//
// Threads. All methods may be called from any thread. Reads wait for no I/O but their own.
#pragma once

#include "engine/io/file.h"
#include "engine/options.h"
#include "engine/reservation.h"
#include "engine/result.h"
#include "engine/slice.h"
#include "engine/types.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore {

class Segment;
namespace format {
struct Line;
}  // namespace format

// Names one record, without keeping its segment's file open, as long as that is in use.
class RecordId {
public:
    RecordId(std::weak_ptr<Segment> segment, std::uint64_t offset)
        : segment_(std::move(segment)), offset_(offset)
    {
    }

    bool operator==(const RecordId& other) const
    {
        return offset_ == other.offset_ && !segment_.owner_before(other.segment_) &&
               !other.segment_.owner_before(segment_);
    }
    // Some order.
    bool operator<(const RecordId& other) const
    {
        return offset_ != other.offset_ ? offset_ < other.offset_ : segment_.owner_before(other.segment_);
    }

private:
    std::weak_ptr<Segment> segment_;
    std::uint64_t offset_;
};

// A value as it was when it was found: later writes, deletes and compactions do not change what read() returns. Cheap
// to copy; it keeps its segment's file open.
class ValueRef {
public:
    ValueRef(Entry entry, std::string key, std::shared_ptr<Segment> segment);

    const Entry& entry() const { return entry_; }
    const std::string& key() const { return key_; }
    // The whole value, its checksum verified. Errc::damaged if that fails.
    Result<std::string> read() const;
    // That of each; what lies together in the log is read together, whatever the order is here.
    static Result<std::vector<std::string>> read_all(std::span<const ValueRef> refs);
    RecordId id() const { return {segment_, entry_.offset}; }  // a compaction moves records: then it is another

private:
    friend class BulkRead;
    friend class ValuePieces;
    Result<std::string> parse(std::string_view line) const;  // the line where the value stands
    Status check(const format::Line& line) const;            // it is the record that the value was found in

    Entry entry_;
    std::string key_;
    std::shared_ptr<Segment> segment_;
};

// What one commit does, in order, all or nothing.
class Batch {
public:
    // Binds `key` to `value`. Refused by commit: an empty key, one over kMaxKeyBytes or not UTF-8, a value over
    // max_value.
    void set(std::string key, std::string value, Meta meta, Kind kind = Kind::bytes);
    // The same for a value that stays where it is, and unchanged, until the commit.
    void set_borrowed(std::string key, std::string_view value, Meta meta, Kind kind = Kind::bytes);
    // Binds `to` to the value and kind that `from` had before this batch, without decoding it.
    void copy(std::string from, std::string to, Meta meta);
    // Unbinds `key`; no effect, and no record, if it is not bound.
    void remove(std::string key);
    // The commit uses up what was reserved for it, which stays where it is until then.
    void draw_on(Reservation& reservation) { drawn_.push_back(&reservation); }

    bool empty() const { return operations_.empty(); }
    std::size_t size() const { return operations_.size(); }

    struct Operation {
        enum class Type : std::uint8_t { set, copy, remove };
        Type type;
        std::string key;
        std::string owned;  // the value of a set; the source's key of a copy
        std::optional<std::string_view> borrowed;
        Meta meta;
        Kind kind = Kind::bytes;

        std::string_view value() const { return borrowed ? *borrowed : std::string_view(owned); }
    };
    const std::vector<Operation>& operations() const { return operations_; }
    const std::vector<Reservation*>& drawn() const { return drawn_; }

private:
    void add(Operation operation);

    std::vector<Operation> operations_;
    std::vector<Reservation*> drawn_;
};

// What any commit refuses of a key that it sets: Errc::invalid, name_too_long or not_utf8.
Status check_key(std::string_view key);
// And of the size of its value, both in bytes: Errc::too_large.
Status check_value_size(std::string_view key, std::uint64_t size, std::uint64_t most);

// A place in the order of commits; what settle() waits for.
struct Position {
    std::uint64_t sequence = 0;
    auto operator<=>(const Position&) const = default;
};

struct Stats {
    std::string directory;        // absolute
    std::uint64_t live_keys = 0;  // without hidden ones
    std::uint64_t hidden_keys = 0;
    std::uint64_t disk_bytes = 0;  // of all files whose name starts with "log-"
    std::uint64_t segments = 0;
    std::uint64_t records = 0;        // in all segments, dead ones included
    std::uint64_t stale_records = 0;  // those that a compaction would drop
    std::uint64_t dead_bytes = 0;     // of those
    std::uint64_t unverified = 0;     // records without a checksum
    std::uint64_t commits = 0;        // since opening
    std::uint64_t syncs = 0;          // of data, since opening
    std::uint64_t compactions = 0;    // since opening
    std::uint64_t reclaimed_bytes = 0;
    std::uint64_t index_bytes = 0;
    std::string stopped;  // why no writes are taken any more; empty if they are
};

struct CompactionReport {
    std::uint64_t segments_rewritten = 0;
    std::uint64_t segments_removed = 0;  // by merging
    std::uint64_t records_dropped = 0;
    std::uint64_t bytes_before = 0;
    std::uint64_t bytes_after = 0;
};

// Whether a compaction was given up because the store is being closed.
inline bool is_given_up(const Error& error)
{
    return error.code == Errc::busy && error.os_error == ECANCELED;
}

class Store {
public:
    // Opens the store in `directory`, replaying its log. Writing: takes the locks, recovers a torn tail (and says so to
    // options.log), removes leftovers. Reading only: changes nothing, and a missing directory is an empty store.
    // Errc::locked names the other writer's pid and mount point; Errc::damaged the segment, the offset and the reason.
    static Result<std::unique_ptr<Store>> open(const std::string& directory, Options options,
                                               FileSystem& files = posix_file_system());
    // Closes if close() was not called; what that would have reported goes to options.log.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    Result<std::string> get(std::string_view key) const;  // Errc::not_found
    std::optional<ValueRef> find(std::string_view key) const;
    // `size` bytes of a value of this store from `offset` on, or as many as there are. A large one is verified as a
    // whole before the first time, but for one that was written since opening; then no more is read than this.
    // Errc::damaged if that fails, or the bytes are not what they were.
    Result<Slice> read(const ValueRef& value, std::uint64_t offset, std::size_t size) const;
    // Grows with every commit: what was found after it was read is still so while it stays the same.
    std::uint64_t version() const;
    // That of each key, all of one moment; for less where the keys are many of a listing, in their order.
    std::vector<std::optional<ValueRef>> find_each(std::vector<std::string> keys) const;
    std::vector<ListItem> list(const ListRequest& request) const;
    ListedNames list_names(const ListRequest& request) const;
    // The values of the same keys, all of one moment; groups are left out.
    std::vector<ValueRef> find_all(const ListRequest& request) const;
    bool any(std::string_view prefix) const;  // whether any key starts with it
    // What stands at the key that is `prefix` without its last byte, at one moment and for less than by the two of
    // them: any(prefix), and, if that is false, find(key).
    struct Presence {
        bool below = false;
        std::optional<ValueRef> value;
    };
    Presence presence(std::string_view prefix) const;

    Status set(std::string key, std::string value, Meta meta, Kind kind = Kind::bytes);
    Status remove(std::string key);  // Errc::not_found
    // One atomic batch, then what SyncMode::always promises.
    Status apply(const Batch& batch);
    // The two halves of apply, for a caller that must not wait for the disk while it holds a lock of its own.
    Result<Position> commit(const Batch& batch);
    Status settle(Position position);

    // Makes `reservation` hold at least `bytes` of disk space (record_size.h tells how many a record takes), so that a
    // commit that draws on it does not fail for want of space. Errors: of writable(), and Errc::no_space; the
    // reservation holds what it held. Cheap, and without any I/O most of the time.
    Status reserve(Reservation& reservation, std::uint64_t bytes);

    // Everything committed before is on stable storage when this returns. Callers at the same time share one sync.
    Status sync();
    // Drops every stale record, on the protocol of bytestore(5); readers and writers go on. Errc::busy if it was
    // abandoned, as is_given_up tells; what it did before stands.
    Result<CompactionReport> compact();
    // Before close(), from any thread: compactions that are under way end soon, and later ones at once.
    void abandon_compactions();
    Stats stats() const;
    Result<DiskSpace> space() const;
    FileInfo directory_info() const;  // as of opening; zeros for a missing directory
    const Options& options() const;
    // Whether writes are taken at all: Errc::read_only, Errc::stopped.
    Status writable() const;
    // The same, with a look at the disk: Errc::foreign_writer, and writing stops, if the log is gone or not ours any
    // more.
    Status check_log();
    // Syncs (except with SyncMode::never), writes LOCK and gives up the locks. Nothing may be called after it but the
    // destructor.
    Status close();

private:
    class Impl;
    explicit Store(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace bytestore
