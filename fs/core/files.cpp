#include "fs/core/files.h"

#include "fs/mapping.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

// Whoever opens more than that may not read all of it.
constexpr std::uint64_t kMostPushed = std::uint64_t{16} << 10;

// A millisecond's work, or a few.
constexpr std::uint64_t kLarge = std::uint64_t{512} << 10;

// What is kept in memory for a moment for the next large values is that part of what may be there unsaved.
constexpr std::uint64_t kSpareShare = 4;

struct Record {
    std::string_view from;  // the key under which the file is stored, if it is
    std::string to;
    Meta meta;
};

// What the content becomes, of which the batch borrows the bytes.
void add_record(Batch& batch, Content& content, Record record)
{
    if (content.loaded) {
        batch.set_borrowed(std::move(record.to), content.data.bytes(), record.meta);
    } else {
        batch.copy(std::string(record.from), std::move(record.to), record.meta);
    }
    batch.draw_on(content.reservation);
}

void empty(Content& content)
{
    content.data.clear();
    content.escaped = 0;
    content.loaded = true;
    content.changed = false;
    content.pending = true;
    content.bare_flushes = 0;
    content.since = now();
    touch(content.meta, content.since);
}

// As a write does, by whoever may not have them.
void strip(Meta& meta)
{
    const auto mode = meta.mode.value_or(0);
    const auto group = (mode & S_IXGRP) != 0 ? S_ISGID : 0U;
    if ((mode & (S_ISUID | group)) != 0) {
        meta.mode = mode & ~(S_ISUID | group);
    }
}

}  // namespace

Files::Files(Store& store, NodeTable& nodes, const Names& names, PendingFiles& pending, Owner store_owner,
             std::uint64_t max_dirty, Dropped dropped)
    : store_(store),
      nodes_(nodes),
      names_(names),
      pending_(pending),
      store_owner_(store_owner),
      limit_(max_dirty),
      spare_(static_cast<std::size_t>(max_dirty / kSpareShare)),
      dropped_(std::move(dropped))
{
}

Files::~Files()
{
    for (const auto& file : nodes_.all()) {
        const std::lock_guard lock(file->mutex);
        if (file->content) {
            file->content->reservation.release();
            file->content.reset();  // a node may outlive what its buffer counts on
        }
    }
}

std::unexpected<Error> Files::removed()
{
    return fail(Errc::not_found, "the file was removed");
}

// What the log holds for the file; for one whose name is gone, what it held then.
std::optional<ValueRef> Files::stored(const NodePtr& file) const
{
    if (file->detached) {
        return file->orphan ? std::optional(file->orphan->value) : std::nullopt;
    }
    return store_.find(key_of(file));
}

// A file that is not being written is looked up once while nothing changes in the store.
bool Files::is_there_locked(const NodePtr& file) const
{
    const auto version = store_.version();
    if (!file->content && file->seen_in != version) {
        if (!stored(file)) {
            return false;
        }
        file->seen_in = version;
    }
    return true;
}

void Files::note_size(Node& file, std::uint64_t size)
{
    if (file.large != (size >= kLarge)) {
        file.large = size >= kLarge;
    }
}

Result<Attributes> Files::attributes(const NodePtr& file, const Target* found)
{
    const std::lock_guard lock(file->mutex);
    return attributes_locked(file, found);
}

Result<Attributes> Files::attributes_locked(const NodePtr& file, const Target* found)
{
    const bool is_current = found != nullptr && found->value && !file->detached && found->version == store_.version();
    if (is_current) {
        file->seen_in = found->version;
    }
    const bool in_memory = file->content && file->content->loaded;
    const auto looked_up = in_memory || is_current ? std::nullopt : stored(file);
    const auto* const value = is_current && !in_memory ? &*found->value : looked_up ? &*looked_up : nullptr;
    if (!file->content && value == nullptr) {
        return removed();
    }
    const auto& meta = file->content ? file->content->meta : file->orphan ? file->orphan->meta : value->entry().meta;
    const auto size = value != nullptr ? value->entry().size : file->content ? file->content->data.size() : 0;
    return shown_locked(*file, meta, size);
}

Attributes Files::shown_locked(Node& file, const Meta& meta, std::uint64_t size) const
{
    auto attributes = attributes_of(file.type, meta, store_owner_);
    attributes.ino = file.ino;
    attributes.links = file.detached ? 0 : 1;
    attributes.size = size;
    attributes.is_passing = file.being_told > 0;
    note_size(file, size);
    return attributes;
}

Status Files::create(const NodePtr& file, const Meta& meta)
{
    const std::lock_guard lock(file->mutex);
    file->opened = true;
    file->content = std::make_unique<Content>(limit_, spare_);
    auto& content = *file->content;
    if (auto done = reserve_locked(file, 0, 0); !done) {
        file->content.reset();
        return done;
    }
    content.loaded = true;
    content.pending = true;
    content.since = now();
    content.meta = meta;
    file->handles = 1;
    file->writers = 1;
    nodes_.pin(*file);  // the handle
    nodes_.pin(*file);  // the pending state
    pending_.add(file);
    note_content(file);
    return {};
}

Status Files::make_content_locked(const NodePtr& file)
{
    const auto value = stored(file);
    if (!value) {
        return removed();
    }
    file->content = std::make_unique<Content>(limit_, spare_);
    auto& content = *file->content;
    content.stored = true;
    file->unread = true;
    note_size(*file, value->entry().size);
    content.meta = file->orphan ? file->orphan->meta : value->entry().meta;
    if (!file->detached) {
        note_content(file);
    }
    return {};
}

Status Files::open(const NodePtr& file, const OpenRequest& request)
{
    const std::lock_guard lock(file->mutex);
    if (request.writes || request.truncate) {
        file->opened = true;
        const bool made = !file->content;
        if (made) {
            TRY(make_content_locked(file));
        }
        if (request.truncate) {
            if (auto done = reserve_locked(file, 0, 0); !done) {
                if (made) {
                    forget_locked(*file);
                }
                return done;
            }
            empty(*file->content);
            file->unread = false;
            if (request.strips) {
                strip(file->content->meta);
            }
        }
        // Truncating makes a writer even of a handle that only reads.
        ++file->writers;
    } else if (!is_there_locked(file)) {
        return removed();
    }
    ++file->handles;
    nodes_.pin(*file);
    return {};
}

// What cannot be read is not pushed; the reader will hear of it.
void Files::push_first(const NodePtr& file, const std::function<void(std::string_view)>& push) const
{
    const std::lock_guard lock(file->mutex);
    if (std::exchange(file->opened, true) || file->handles != 1 || file->content) {
        return;
    }
    const auto value = stored(file);
    if (!value || value->entry().size == 0 || value->entry().size > kMostPushed) {
        return;
    }
    if (const auto bytes = value->read()) {
        push(*bytes);
    }
}

Result<Position> Files::flush(const NodePtr& file, bool writes)
{
    const std::lock_guard lock(file->mutex);
    if (!writes || !file->content) {
        return Position{};
    }
    auto& content = *file->content;
    if (content.failure) {
        return std::unexpected(*content.failure);
    }
    const bool new_file = content.pending && !content.stored;
    if (content.changed || (new_file && ++content.bare_flushes > 1)) {
        return commit_or_fail_locked(file);
    }
    return Position{};
}

// Whoever asked for this commit hears of its failure, and goes on hearing of it: a later success would not be believed.
Result<Position> Files::commit_or_fail_locked(const NodePtr& file)
{
    auto done = commit_locked(file);
    if (!done && file->content) {
        file->content->give_up(done.error());
    }
    return done;
}

Result<Position> Files::release(const NodePtr& file, bool writes)
{
    Result<Position> done = Position{};
    {
        const std::lock_guard lock(file->mutex);
        --file->handles;
        if (writes && --file->writers == 0 && file->content && !file->detached) {
            done = commit_locked(file);
            drop_locked(file);
        }
        if (file->handles == 0 && file->detached) {
            forget_locked(*file);
        }
    }
    nodes_.unpin(file);
    return done;
}

Result<Position> Files::commit(const NodePtr& file)
{
    const std::lock_guard lock(file->mutex);
    return commit_or_fail_locked(file);
}

Result<Position> Files::commit_locked(const NodePtr& file)
{
    if (!file->content || file->detached) {
        return Position{};
    }
    auto& content = *file->content;
    if (content.failure) {
        return std::unexpected(*content.failure);
    }
    if (!content.changed && !content.pending) {
        return Position{};
    }
    const auto key = key_of(file);
    Batch batch;
    add_record(batch, content, {.from = key, .to = key, .meta = content.meta});
    TRY_ASSIGN(const auto position, store_.commit(batch));
    settled_locked(file);
    return position;
}

// The buffer is a record now.
void Files::settled_locked(const NodePtr& file)
{
    auto& content = *file->content;
    content.changed = false;
    content.pending = false;
    if (!std::exchange(content.stored, true)) {
        pending_.remove(*file);
        nodes_.unpin(file);
    }
}

void Files::forget_locked(Node& file)
{
    file.content.reset();
    forget_content(file);
}

// The last writer is gone. What could not be committed is given up: the old value stands, and a new file vanishes.
void Files::drop_locked(const NodePtr& file)
{
    const auto& content = *file->content;
    const bool vanishes = !content.stored;
    const bool is_lost = content.changed || content.pending || content.failure;
    forget_locked(*file);
    if (vanishes) {
        pending_.remove(*file);
        nodes_.detach(*file);
        nodes_.unpin(file);
    }
    if (is_lost) {
        dropped_(*file, vanishes);
    }
}

Result<bool> Files::add_to(Batch& batch, const NodePtr& file, const std::string& key, std::int64_t time)
{
    const std::lock_guard lock(file->mutex);
    if (!file->content) {
        return false;
    }
    auto& content = *file->content;
    if (content.failure && !content.stored) {
        return std::unexpected(*content.failure);
    }
    if (!content.is_due()) {
        return false;
    }
    auto meta = content.meta;
    touch_ctime(meta, time);
    const auto from = key_of(file);
    add_record(batch, content, {.from = from, .to = key, .meta = meta});
    return true;
}

void Files::committed(const NodePtr& file, std::int64_t time)
{
    const std::lock_guard lock(file->mutex);
    if (file->content) {
        touch_ctime(file->content->meta, time);
        settled_locked(file);
    }
}

bool Files::replaced(const NodePtr& file)
{
    const std::lock_guard lock(file->mutex);
    const auto value = stored(file);
    if (!file->content || !value) {
        return false;
    }
    auto& content = *file->content;
    if (!std::exchange(content.stored, true)) {
        pending_.remove(*file);
        nodes_.unpin(file);
    }
    if (content.changed || content.pending || content.failure) {
        return false;
    }
    content.unload();
    file->unread = true;
    content.meta = value->entry().meta;
    ++content.stale_pages;
    return true;
}

void Files::pages_are_forgotten(const NodePtr& file)
{
    const std::lock_guard lock(file->mutex);
    if (file->content && file->content->stale_pages > 0) {
        --file->content->stale_pages;
    }
}

bool Files::is_open(const NodePtr& file)
{
    const std::lock_guard lock(file->mutex);
    return file->handles > 0;
}

void Files::orphan(const NodePtr& file, const std::optional<ValueRef>& value)
{
    const std::lock_guard lock(file->mutex);
    const auto time = now();
    // Even if nobody has it open: the kernel may be about to open the node that it looked up just now.
    if (value) {
        file->orphan = std::make_unique<Orphan>(*value, value->entry().meta);
        touch_ctime(file->orphan->meta, time);
    }
    if (file->content) {
        forget_content(*file);
        touch_ctime(file->content->meta, time);
        file->content->reservation.release();
        if (!std::exchange(file->content->stored, true)) {
            pending_.remove(*file);
            nodes_.unpin(file);
        }
    }
    nodes_.detach(*file);
}

}  // namespace bytestore::fs
