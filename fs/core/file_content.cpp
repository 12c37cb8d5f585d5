// What is in a file: reading, writing and changing it.
#include "fs/core/files.h"

#include "engine/record_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bytestore::fs {
namespace {

std::unexpected<Error> gone()
{
    return fail(Errc::io, "the value of an open file is gone");
}

// escaped_bytes of what a growth from `from` to `to` bytes fills in.
std::uint64_t escaped_zeros(std::uint64_t from, std::uint64_t to)
{
    static const auto one = escaped_bytes(std::string_view("\0", 1));
    return to > from ? (to - from) * one : 0;
}

// The first `size` bytes into an empty buffer, and those of a large value piece by piece, so that it is in memory once.
Status load(const Store& store, const ValueRef& value, std::uint64_t size, Buffer& into)
{
    constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
    for (std::uint64_t done = 0; done < size; done += kPiece) {
        TRY_ASSIGN(const auto bytes, store.read(value, done, static_cast<std::size_t>(std::min(kPiece, size - done))));
        TRY(into.write(done, bytes.view()));
    }
    return {};
}

}  // namespace

Bytes slice(std::shared_ptr<const std::string> text, std::uint64_t offset, std::size_t size)
{
    const auto begin = std::min<std::uint64_t>(offset, text->size());
    const auto view = std::string_view(*text).substr(static_cast<std::size_t>(begin), size);
    return Bytes{.owner = std::move(text), .view = view};
}

Result<Files::Changed> Files::change(const NodePtr& file, const AttributeChange& change)
{
    const std::lock_guard lock(file->mutex);
    TRY(store_.writable());
    if (!file->content && file->detached && change.size) {
        TRY(make_content_locked(file));
    }
    if (!file->content) {
        return change_stored_locked(file, change);
    }
    auto& content = *file->content;
    if (content.failure) {
        return std::unexpected(*content.failure);
    }
    const auto time = now();
    TRY(change.size ? resize_locked(file, *change.size, time) : reserve_unresized_locked(file, key_of(file)));
    change_meta(content.meta, file->type, change, store_owner_, time);
    content.note_change();
    TRY_ASSIGN(const auto attributes, attributes_locked(file, nullptr));
    return Changed{.position = {}, .attributes = attributes};
}

Result<Files::Changed> Files::change_stored_locked(const NodePtr& file, const AttributeChange& change)
{
    const auto value = stored(file);
    if (!value) {
        return removed();
    }
    const auto time = now();
    Meta meta = file->orphan ? file->orphan->meta : value->entry().meta;
    if (change.size) {
        touch(meta, time);
    }
    change_meta(meta, file->type, change, store_owner_, time);
    const auto old_size = value->entry().size;
    const auto size = change.size.value_or(old_size);
    const auto shown = [&] { return shown_locked(*file, meta, size); };
    if (file->detached) {
        file->orphan->meta = meta;
        return Changed{.position = {}, .attributes = shown()};
    }
    Batch batch;
    Buffer data(limit_, spare_);
    if (size == old_size) {
        batch.copy(value->key(), value->key(), meta);
    } else {
        TRY(check_size(size));
        TRY(claim(*file, data, size));
        TRY(load(store_, *value, std::min(size, old_size), data));
        TRY(data.resize(size));
        batch.set_borrowed(value->key(), data.bytes(), meta);
    }
    TRY_ASSIGN(const auto position, store_.commit(batch));
    return Changed{.position = position, .attributes = shown()};
}

Status Files::load_locked(const NodePtr& file, std::uint64_t most)
{
    auto& content = *file->content;
    if (content.loaded) {
        return {};
    }
    const auto value = stored(file);
    if (!value) {
        return gone();
    }
    const auto size = std::min(value->entry().size, most);
    content.data.clear();  // of what an attempt that failed left there
    TRY(claim(*file, content.data, size));
    TRY(load(store_, *value, size, content.data));
    content.escaped = escaped_bytes(content.data.bytes());
    content.loaded = true;
    file->unread = false;
    return {};
}

Status Files::check_size(std::uint64_t size) const
{
    const auto most = store_.options().max_value;
    if (size > most) {
        return fail(Errc::too_large, fmt::format("{} bytes are more than a value may have ({})", size, most));
    }
    return {};
}

// For a buffer of `file`, which is locked. What another buffer holds as it is stored need not be in memory.
Status Files::claim(const Node& file, Buffer& buffer, std::uint64_t size)
{
    if (buffer.claim(size)) {
        return {};
    }
    drop_unchanged(file);
    if (buffer.claim(size)) {
        return {};
    }
    return fail(
        Errc::no_space,
        fmt::format("no room for {} bytes beside what is in open files and not stored yet: max_dirty is {} bytes", size,
                    limit_.most()));
}

// Of all files but one. Passes over what others are busy with, rather than wait for it with a file locked.
void Files::drop_unchanged(const Node& but)
{
    for (const auto& file : with_content()) {
        if (file.get() == &but) {
            continue;
        }
        const std::unique_lock lock(file->mutex, std::try_to_lock);
        if (!lock || !file->content) {
            continue;
        }
        auto& content = *file->content;
        if (content.stored && !content.changed && !content.pending && !content.failure) {
            content.unload();
            file->unread = true;
        }
    }
}

// Of the record that the buffer would become, were it of this size. One whose name is gone becomes none.
Status Files::reserve_locked(const NodePtr& file, std::uint64_t size, std::uint64_t escaped)
{
    if (file->detached) {
        return {};
    }
    return store_.reserve(file->content->reservation, set_bytes(key_of(file), Kind::bytes, size, escaped));
}

// Under `key`, which is the file's or will be.
Status Files::reserve_unresized_locked(const NodePtr& file, std::string_view key)
{
    auto& content = *file->content;
    if (file->detached) {
        return content.loaded || stored(file) ? Status{} : gone();
    }
    if (content.loaded) {
        return store_.reserve(content.reservation, set_bytes(key, Kind::bytes, content.data.size(), content.escaped));
    }
    const auto value = stored(file);
    return value ? store_.reserve(content.reservation, copy_bytes(key, value->entry())) : gone();
}

Status Files::resize_locked(const NodePtr& file, std::uint64_t size, std::int64_t time)
{
    auto& content = *file->content;
    TRY(check_size(size));
    const bool was_loaded = content.loaded;
    TRY(load_locked(file, size));
    if (auto done = resize_loaded_locked(file, size); !done) {
        if (!was_loaded) {
            content.unload();  // it may hold less than the file has
            file->unread = true;
        }
        return done;
    }
    touch(content.meta, time);
    return {};
}

Status Files::resize_loaded_locked(const NodePtr& file, std::uint64_t size)
{
    auto& content = *file->content;
    const auto escaped = size == 0 ? 0 : content.escaped + escaped_zeros(content.data.size(), size);
    TRY(claim(*file, content.data, size));
    TRY(reserve_locked(file, size, escaped));
    TRY(content.data.resize(size));
    content.escaped = escaped;
    note_size(*file, size);
    return {};
}

// After a write that failed nothing of the buffer may become a record: it would be a mixture.
Result<std::uint64_t> Files::write(const NodePtr& file, const WritePlace& place, std::string_view bytes)
{
    const std::lock_guard lock(file->mutex);
    auto& content = *file->content;
    if (place.from_page && content.stale_pages > 0) {
        return place.offset;
    }
    if (!content.failure) {
        auto done = write_locked(file, place, bytes);
        if (done) {
            return done;
        }
        content.give_up(std::move(done.error()));
        content.pending = false;
    }
    return std::unexpected(*content.failure);
}

Result<std::uint64_t> Files::write_locked(const NodePtr& file, const WritePlace& place, std::string_view bytes)
{
    auto& content = *file->content;
    TRY(check_size(place.at_end ? bytes.size() : place.offset + bytes.size()));
    TRY(store_.writable());
    TRY(load_locked(file));
    const auto offset = place.at_end ? content.data.size() : place.offset;
    const auto end = offset + bytes.size();
    TRY(check_size(end));
    const auto size = std::max<std::uint64_t>(end, content.data.size());
    const auto escaped = content.escaped + escaped_bytes(bytes) + escaped_zeros(content.data.size(), offset);
    TRY(claim(*file, content.data, size));
    TRY(reserve_locked(file, size, escaped));
    TRY(content.data.write(offset, bytes));
    content.escaped = escaped;
    note_size(*file, size);
    touch(content.meta, now());
    content.note_change();
    return offset;
}

Status Files::grow(const NodePtr& file, std::uint64_t size)
{
    const std::lock_guard lock(file->mutex);
    auto& content = *file->content;
    if (content.failure) {
        return std::unexpected(*content.failure);
    }
    TRY(store_.writable());
    TRY(load_locked(file));
    if (size <= content.data.size()) {
        return {};
    }
    TRY(resize_locked(file, size, now()));
    content.note_change();
    return {};
}

Result<Files::Source> Files::source(const NodePtr& file, std::uint64_t offset, std::size_t size)
{
    const std::lock_guard lock(file->mutex);
    if (file->content && file->content->loaded) {
        const auto data = file->content->data.bytes();
        const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, data.size()));
        auto copy = std::make_shared<const std::string>(data.substr(begin, size));
        return slice(std::move(copy), 0, size);
    }
    auto value = stored(file);
    return value ? Result<Source>(std::move(*value)) : gone();
}

Result<Bytes> Files::read(const Source& source, std::uint64_t offset, std::size_t size)
{
    if (const auto* bytes = std::get_if<Bytes>(&source)) {
        return *bytes;
    }
    TRY_ASSIGN(auto part, store_.read(std::get<ValueRef>(source), offset, size));
    const auto length = part.view().size();
    const auto begin = part.begin();
    return slice(std::make_shared<const std::string>(part.take()), begin, length);
}

Result<Bytes> Files::read(const NodePtr& file, std::uint64_t offset, std::size_t size)
{
    TRY_ASSIGN(const auto from, source(file, offset, size));
    return read(from, offset, size);
}

}  // namespace bytestore::fs
