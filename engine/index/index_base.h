// The level of the index whose keys do not change: sorted, front-coded entries in one string of bytes, without
// pointers, so that it can be written to a file and read back as it is (engine/snapshot does).
//
// The bytes are blocks of kBlockEntries entries (the last may have fewer), one behind the other; a directory holds
// where each starts. A block whose entries were replaced may have a few bytes behind them that say nothing. kPageBlocks
// blocks are a page, which is what is brought in at once where not all of the bytes are in memory. An entry is
//
//   shared   varint: how many bytes its key has in common with the one before it; 0 for the first of a block
//   own      varint: how many bytes of its key follow
//   the rest of the key
//   an Entry as in entry_codec.h, its mtime relative to the entry before it; to 0 for the first of a block
//
// The rank of an entry is its position in the order of keys, from 0.
//
// Thread-safety: const methods may run at the same time; cursors and builders belong to one thread each.
#pragma once

#include "engine/index/key_hints.h"
#include "engine/index/page_keys.h"
#include "engine/index/paged_bytes.h"
#include "engine/types.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

class IndexBase {
public:
    class Builder;
    class Cursor;
    struct Found {
        std::size_t rank = 0;
        Entry entry;
        std::size_t packed = 0;          // where that is in the bytes
        std::int64_t earlier_mtime = 0;  // what its mtime is relative to
    };

    static constexpr std::size_t kBlockEntries = 16;
    static constexpr std::size_t kPageBlocks = 8;
    static constexpr std::size_t blocks_of(std::size_t entries)
    {
        return entries / kBlockEntries + (entries % kBlockEntries == 0 ? 0 : 1);
    }
    static constexpr std::size_t pages_of(std::size_t entries)
    {
        return entries / kPageEntries + (entries % kPageEntries == 0 ? 0 : 1);
    }

    using Starts = std::shared_ptr<std::vector<std::uint64_t>>;  // copied before a change that others would see

    IndexBase() = default;
    // From the parts that another base had, its size(), block_starts() and bytes, and, to bring in fewer of these, the
    // first key of each page. They are trusted; see is_page.
    IndexBase(std::size_t size, Starts block_starts, PagedBytes bytes, std::shared_ptr<const PageKeys> page_keys = {});

    // What a page should be.
    struct PageShape {
        std::span<const std::uint64_t> starts;  // of its blocks, in all bytes of the base, ascending
        std::size_t entries = 0;
        std::string_view first;                  // its first key
        std::optional<std::string_view> behind;  // the first key of the next page
        const std::function<bool(const Entry&)>& fits;
    };
    // Whether a page is whole blocks, packed as above, of ascending keys and entries that fit. kPageSlack bytes behind
    // it can be read.
    static bool is_page(std::string_view page, const PageShape& shape);
    static constexpr std::size_t kPageSlack = 256;

    // False once a page could not be brought in: nothing that was read since may be believed.
    bool intact() const { return bytes_.intact(); }
    // Brings in what is missing; false if it cannot be had.
    bool load() const { return bytes_.fetch_all(); }

    std::span<const std::uint64_t> block_starts() const { return *block_starts_; }
    PageKeys page_keys() const;
    // Of the bytes only what was brought in may be read.
    std::string_view bytes() const { return bytes_.view(); }

    std::optional<Found> find(std::string_view key) const { return find(key, index_hash(key)); }
    std::optional<Found> find(std::string_view key, IndexHash hash) const;
    // Whether entries can be replaced: not over pages.
    bool replaceable() const { return bytes_.replaceable(); }
    // Puts another entry in the place of one that was found and nobody replaced since, if it takes up as much as that
    // did, or all behind it may be moved. Nobody else looks at the base meanwhile. One that throws has changed nothing.
    bool replace(const Found& found, const Entry& entry, bool may_move);
    // The first entry whose key is not below `prefix`.
    struct First {
        std::size_t rank = 0;
        bool has_prefix = false;
    };
    std::optional<First> first_from(std::string_view prefix) const;
    // False: no key starts with `prefix`.
    bool may_have(std::string_view prefix) const { return hints_.groups.may_have(prefix); }
    // Makes find() and may_have() know more, if there are not too many keys. All of it is in memory.
    void learn_hints();
    std::string_view first_key() const { return page_key(0); }  // while size() > 0
    std::size_t size() const { return size_; }
    // Copies of its blocks, about `entries` in each; none if nothing is in it. All of it is in memory.
    std::vector<IndexBase> split(std::size_t entries) const;
    bool in_memory() const { return bytes_.all_there(); }
    // Of the packed form, which is also about what it occupies.
    std::size_t memory_bytes() const;

private:
    static constexpr std::size_t kPageEntries = kBlockEntries * kPageBlocks;

    bool fetch(std::size_t block) const { return bytes_.fetch(block / kPageBlocks); }
    std::string_view first_key(std::size_t block) const;  // empty if it cannot be had
    std::uint64_t end_of(std::size_t block) const;        // in the bytes
    std::string_view page_key(std::size_t page) const;
    IndexBase slice(std::size_t first_block, std::size_t last_block) const;
    bool replace_bytes(std::size_t block, std::string_view old, std::string_view fresh, bool may_move);
    // An entry that is not below a key, of which it has the first bytes, and its own.
    struct Landing {
        std::size_t rank = 0;
        bool equal = false;
        std::uint64_t shared = 0;
        const char* begin = nullptr;
        std::string_view own;
        const char* packed = nullptr;    // behind the key
        std::int64_t earlier_mtime = 0;  // what its mtime is relative to
    };
    // The first in a block; none also if the block cannot be had.
    std::optional<Landing> land_in(std::size_t block, std::string_view key) const;
    std::optional<Found> find_in(std::size_t block, std::string_view key) const;
    // The last block whose first key is not above `key`; the first one if there is none.
    std::size_t block_of(std::string_view key) const;

    // Bytes that a block may keep unused when an entry becomes smaller, and that it gets with one that grows.
    static constexpr std::size_t kMostUnused = 255;
    static constexpr std::size_t kSpareInBlock = 16;

    PagedBytes bytes_;
    std::vector<std::uint8_t> unused_;  // behind the entries of each block; empty: nothing in any
    Starts block_starts_ = std::make_shared<std::vector<std::uint64_t>>();
    std::shared_ptr<const PageKeys> page_keys_;  // none: they are looked up
    KeyHints hints_;
    std::size_t size_ = 0;
};

// Packs entries that come in the order of their keys.
class IndexBase::Builder {
public:
    // `expected_bytes` of the packed form; a guess, to save copying. `learn`: as learn_hints(), for less.
    explicit Builder(std::size_t expected_bytes = 0, bool learn = false);

    // `key` is above every one before it.
    void add(std::string_view key, const Entry& entry);
    // The entry that a cursor is at, which is above every one before it as well. One that followed the last there is
    // copied as it is packed.
    void add(const Cursor& cursor);
    // What was added; the builder is spent.
    IndexBase finish();

private:
    void added(std::string_view key);

    std::string bytes_;
    std::vector<std::uint64_t> block_starts_;
    std::size_t size_ = 0;
    std::string last_key_;
    std::int64_t last_mtime_ = 0;
    std::size_t next_rank_ = 0;  // of what follows the last one in the base that it came from; 0 if it came from none
    std::optional<KeyHints::Collector> hints_;  // to be learned
};

// Walks forward over the entries of a base, which must outlive it.
class IndexBase::Cursor {
public:
    // At the first entry.
    explicit Cursor(const IndexBase& base);
    // Where seek(key) goes.
    Cursor(const IndexBase& base, std::string_view key);

    bool valid() const { return rank_ < base_->size_; }
    // Of the current entry, while valid(); a move ends the life of what key() and packed() returned.
    std::size_t rank() const { return rank_; }
    std::string_view key() const { return key_; }
    Entry entry() const;
    Kind kind() const;                                         // that of the entry, for less
    std::string_view packed() const { return {begin_, at_}; }  // all of it, as above
    std::int64_t mtime() const { return mtime_; }

    void next();  // while valid()
    // To the first entry whose key is not below `key`, in either direction.
    void seek(std::string_view key);
    // Forward to the entry at `rank`, which is not below the current one. At or beyond size() the cursor is no longer
    // valid.
    void skip_to(std::size_t rank);

private:
    void enter(std::size_t block);
    void read();
    void skip();

    const IndexBase* base_;
    std::size_t rank_ = 0;
    const char* begin_ = nullptr;  // of the current entry
    const char* after_key_ = nullptr;
    const char* at_ = nullptr;   // behind it
    const char* end_ = nullptr;  // of its block
    std::string key_;
    std::int64_t earlier_mtime_ = 0;  // what its mtime is relative to
    std::int64_t mtime_ = 0;
};

}  // namespace bytestore
