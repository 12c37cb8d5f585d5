// What is in a file: reading, writing and changing it.
#include "fs/core/files.h"

#include "engine/record_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

namespace bytestore::fs {
namespace {

std::unexpected<Error> gone()
{
    return fail(Errc::io, "the value of an open file is gone");
}

// On error `data` is what it was.
Status resize(std::string& data, std::uint64_t size)
{
    try {
        data.resize(static_cast<std::size_t>(size));
    } catch (const std::bad_alloc&) {
        return fail(Errc::no_memory, fmt::format("no memory for a value of {} bytes", size));
    }
    return {};
}

// escaped_bytes of what a growth from `from` to `to` bytes fills in.
std::uint64_t escaped_zeros(std::uint64_t from, std::uint64_t to)
{
    static const auto one = escaped_bytes(std::string_view("\0", 1));
    return to > from ? (to - from) * one : 0;
}

Bytes slice(std::shared_ptr<const std::string> owner, std::uint64_t offset, std::size_t size)
{
    const auto begin = std::min<std::uint64_t>(offset, owner->size());
    const auto view = std::string_view(*owner).substr(static_cast<std::size_t>(begin), size);
    return Bytes{.owner = std::move(owner), .view = view};
}

}  // namespace

Result<Position> Files::change(const NodePtr& file, const AttributeChange& change)
{
    const std::lock_guard lock(file->mutex);
    TRY(store_.writable());
    if (!file->content && file->detached && change.size) {
        TRY(make_content_locked(file));
    }
    if (!file->content) {
        return change_stored(file, change);
    }
    auto& content = *file->content;
    if (content.failure) {
        return std::unexpected(*content.failure);
    }
    const auto time = now();
    TRY(change.size ? resize_locked(file, *change.size, time) : reserve_unresized_locked(file));
    change_meta(content.meta, file->type, change, store_owner_, time);
    content.changed = true;
    content.pending = false;
    return Position{};
}

Result<Position> Files::change_stored(const NodePtr& file, const AttributeChange& change)
{
    const auto value = stored(file);
    if (!value) {
        return fail(Errc::not_found, "the file was removed");
    }
    const auto time = now();
    Meta meta = file->orphaned_meta.value_or(value->entry().meta);
    if (change.size) {
        touch(meta, time);
    }
    change_meta(meta, file->type, change, store_owner_, time);
    if (file->detached) {
        file->orphaned_meta = meta;
        return Position{};
    }
    Batch batch;
    if (!change.size || *change.size == value->entry().size) {
        batch.copy(value->key(), value->key(), meta);
        return store_.commit(batch);
    }
    TRY(check_size(*change.size));
    TRY_ASSIGN(auto data, value->read());
    TRY(resize(data, *change.size));
    batch.set(value->key(), std::move(data), meta);
    return store_.commit(batch);
}

Status Files::load_locked(const NodePtr& file)
{
    auto& content = *file->content;
    if (content.loaded) {
        return {};
    }
    const auto value = stored(file);
    if (!value) {
        return gone();
    }
    TRY_ASSIGN(content.data, value->read());
    content.escaped = escaped_bytes(content.data);
    content.loaded = true;
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

// Of the record that the buffer would become, were it of this size. One whose name is gone becomes none.
Status Files::reserve_locked(const NodePtr& file, std::uint64_t size, std::uint64_t escaped)
{
    if (file->detached) {
        return {};
    }
    const auto key = names_.key_of(*file).value_or("");
    return store_.reserve(file->content->reservation, set_bytes(key, Kind::bytes, size, escaped));
}

Status Files::reserve_unresized_locked(const NodePtr& file)
{
    auto& content = *file->content;
    if (content.loaded) {
        return reserve_locked(file, content.data.size(), content.escaped);
    }
    const auto value = stored(file);
    if (!value) {
        return gone();
    }
    return file->detached ? Status{} : store_.reserve(content.reservation, copy_bytes(value->key(), value->entry()));
}

Status Files::resize_locked(const NodePtr& file, std::uint64_t size, std::int64_t time)
{
    auto& content = *file->content;
    TRY(check_size(size));
    TRY(load_locked(file));
    const auto escaped = size == 0 ? 0 : content.escaped + escaped_zeros(content.data.size(), size);
    TRY(reserve_locked(file, size, escaped));
    TRY(resize(content.data, size));
    content.escaped = escaped;
    touch(content.meta, time);
    return {};
}

// After a write that failed nothing of the buffer may become a record: it would be a mixture.
Result<std::size_t> Files::write(const NodePtr& file, std::uint64_t offset, std::string_view bytes)
{
    const std::lock_guard lock(file->mutex);
    auto& content = *file->content;
    if (!content.failure) {
        auto done = write_locked(file, offset, bytes);
        if (done) {
            return bytes.size();
        }
        content.give_up(std::move(done.error()));
        content.pending = false;
    }
    return std::unexpected(*content.failure);
}

Status Files::write_locked(const NodePtr& file, std::uint64_t offset, std::string_view bytes)
{
    auto& content = *file->content;
    const auto end = offset + bytes.size();
    TRY(check_size(end));
    TRY(store_.writable());
    TRY(load_locked(file));
    const auto size = std::max<std::uint64_t>(end, content.data.size());
    const auto escaped = content.escaped + escaped_bytes(bytes) + escaped_zeros(content.data.size(), offset);
    TRY(reserve_locked(file, size, escaped));
    TRY(resize(content.data, size));
    content.escaped = escaped;
    bytes.copy(content.data.data() + offset, bytes.size());
    touch(content.meta, now());
    content.changed = true;
    content.pending = false;
    return {};
}

Result<Bytes> Files::read(const NodePtr& file, std::uint64_t offset, std::size_t size)
{
    std::optional<ValueRef> value;
    {
        const std::lock_guard lock(file->mutex);
        if (file->content && file->content->loaded) {
            const auto& data = file->content->data;
            const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, data.size()));
            auto copy = std::make_shared<const std::string>(data.substr(begin, size));
            return slice(std::move(copy), 0, size);
        }
        value = stored(file);
    }
    if (!value) {
        return gone();
    }
    TRY_ASSIGN(auto bytes, values_.read(*value));
    return slice(std::move(bytes), offset, size);
}

}  // namespace bytestore::fs
