// The operations on open files.
#include "fs/core/filesystem.h"
#include "fs/mapping.h"

#include <fmt/format.h>

#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>

namespace bytestore::fs {
namespace {

Status check_writable_key(std::string_view key)
{
    if (key.empty() || has_reserved_segment(key)) {
        return fail(Errc::not_permitted, "a key of this form can be read and removed, but not written");
    }
    return {};
}

// The kernel follows links itself. What it takes for another name, or for a free one, it must look up again.
Status check_no_link(Type type)
{
    return type == Type::link ? Status(fail(Errc::not_found, "the name is that of a symbolic link now")) : Status();
}

}  // namespace

Result<std::unique_ptr<Handle>> Filesystem::open(Ino ino, const OpenRequest& request)
{
    const std::shared_lock names(names_lock_);
    TRY_ASSIGN(const auto found, node(ino));
    if (found->place == Node::Place::control) {
        return open_control(found, request);
    }
    if (found->type == Type::directory) {
        return fail(Errc::is_directory, "is a directory");
    }
    TRY(check_no_link(found->type));
    const bool writes = request.writes || request.truncate;
    if (writes) {
        TRY(store_.check_log());
        TRY(found->detached ? Status{} : check_writable_key(names_.key_of(*found).value_or("")));
    }
    auto handle = std::make_unique<Handle>();
    TRY(files_.open(found, request));
    if (!writes) {
        files_.push_first(found, [&](std::string_view content) { invalidations_.push(ino, content); });
    }
    if (request.truncate) {
        overdue_.notice();  // it may be a new file that was written, and is pending again
    }
    handle->node = found;
    handle->writes = writes;
    handle->flushes = request.writes;
    return handle;
}

Result<Filesystem::Created> Filesystem::create(Ino parent, std::string_view name, std::uint32_t mode, Owner owner,
                                               const OpenRequest& request, bool exclusive)
{
    TRY(store_.check_log());
    const std::unique_lock names(names_lock_);
    TRY_ASSIGN(const auto in, own_directory(parent));
    auto created = create_locked(in, name, mode, owner, request, exclusive);
    if (created) {
        overdue_.notice();
    }
    return created;
}

Result<Filesystem::Created> Filesystem::create_locked(const NodePtr& parent, std::string_view name, std::uint32_t mode,
                                                      Owner owner, const OpenRequest& request, bool exclusive)
{
    TRY_ASSIGN(auto spot, names_.place_for(parent, name));
    auto handle = std::make_unique<Handle>();
    handle->writes = true;
    handle->flushes = request.writes;
    if (const auto there = names_.at(spot)) {
        if (exclusive) {
            return fail(Errc::exists, "the name is taken");
        }
        if (there->type == Type::directory) {
            return fail(Errc::is_directory, "is a directory");
        }
        TRY(check_no_link(there->type));
        handle->writes = request.writes || request.truncate;
        TRY(handle->writes ? check_writable_key(spot.key()) : Status{});
        handle->node = node_at(*there);
        if (auto opened = files_.open(handle->node, request); !opened) {
            nodes_.forget(handle->node, 1);
            return forward(opened);
        }
        TRY_ASSIGN(const auto attributes, files_.attributes(handle->node));
        return Created{.attributes = attributes, .handle = std::move(handle)};
    }
    if (spot.key().empty() || has_reserved_segment(spot.key())) {
        return fail(Errc::invalid, fmt::format("a file cannot be named {}", name));
    }
    if (spot.key().size() > kMaxKeyBytes) {
        return fail(Errc::name_too_long, fmt::format("the key would have {} bytes", spot.key().size()));
    }
    handle->node = nodes_.look_up(parent, spot.place, spot.segment(), Type::file, spot.key());
    if (auto made = files_.create(
            handle->node, new_meta(Type::file, mode, directories_.owner_in(parent, owner), store_owner_, now()));
        !made) {
        nodes_.forget(handle->node, 1);
        return forward(made);
    }
    directories_.entry_changed(spot);
    TRY_ASSIGN(const auto attributes, files_.attributes(handle->node));
    return Created{.attributes = attributes, .handle = std::move(handle)};
}

Result<Bytes> Filesystem::read(const Handle& handle, std::uint64_t offset, std::size_t size)
{
    if (handle.control != nullptr) {
        return slice(handle.control_text, offset, size);
    }
    return read_file(handle.node, offset, size);
}

Result<Bytes> Filesystem::read(Ino ino, std::uint64_t offset, std::size_t size)
{
    const auto node_of = [&] {
        const std::shared_lock names(names_lock_);
        return node(ino);
    };
    TRY_ASSIGN(const auto found, node_of());
    if (found->type == Type::directory) {
        return fail(Errc::is_directory, "is a directory");
    }
    return found->place == Node::Place::control ? slice(control_text(*found), offset, size)
                                                : read_file(found, offset, size);
}

Result<Bytes> Filesystem::read_file(const NodePtr& file, std::uint64_t offset, std::size_t size)
{
    const auto source = [&] {
        const std::shared_lock names(names_lock_);
        return files_.source(file, offset, size);
    };
    TRY_ASSIGN(const auto from, source());
    auto bytes = files_.read(from, offset, size);
    if (bytes && bytes->view.empty() && file->cut) {
        let_the_end_be_told_first(file, offset);
    }
    read_bytes_ += bytes ? bytes->view.size() : 0;
    return bytes;
}

// The kernel learns where a file ends from the first answer that is shorter than its question, and only from that. What
// it reads ahead it asks for in several: one behind the end is not to be answered before the one with the end.
void Filesystem::let_the_end_be_told_first(const NodePtr& file, std::uint64_t offset)
{
    const auto size = [&] {
        const std::shared_lock names(names_lock_);
        const auto attributes = files_.attributes(file);
        return attributes ? attributes->size : 0;
    };
    if (offset > size()) {
        std::this_thread::sleep_for(kReadUnderWay);
    }
}

Result<std::size_t> Filesystem::write(const Handle& handle, const WritePlace& place, std::string_view bytes)
{
    if (handle.control != nullptr) {
        return write_control(handle, bytes);
    }
    const NameLock::ForLong large(names_lock_, reads_much_first(handle));
    const std::shared_lock names(names_lock_);
    TRY_ASSIGN(const auto offset, files_.write(handle.node, place, bytes));
    if (offset != place.offset) {
        invalidations_.content(handle.node->ino);  // it has the bytes in the wrong place
    }
    written_bytes_ += bytes.size();
    return bytes.size();
}

Status Filesystem::allocate(const Handle& handle, std::uint64_t offset, std::uint64_t length)
{
    if (handle.control != nullptr) {
        return fail(Errc::unsupported, "a control file has no space of its own");
    }
    const NameLock::ForLong large(names_lock_, reads_much_first(handle));
    const std::shared_lock names(names_lock_);
    return files_.grow(handle.node, offset + length);
}

Status Filesystem::flush(const Handle& handle)
{
    if (handle.control != nullptr) {
        return flush_control(handle);
    }
    Result<Position> done;
    {
        const NameLock::ForLong large(names_lock_, is_large(handle));
        const std::shared_lock names(names_lock_);
        done = files_.flush(handle.node, handle.flushes);
    }
    return settled("close", *handle.node, std::move(done));
}

// Of a file, or of a directory: then the new files in it are meant.
Status Filesystem::sync(const Handle& handle)
{
    Result<Position> done;
    if (handle.control == nullptr) {
        const NameLock::ForLong large(names_lock_, is_large(handle));
        const std::shared_lock names(names_lock_);
        const bool directory = handle.node->type == Type::directory;
        done = directory ? files_.commit_pending_in(handle.node) : files_.commit(handle.node);
    }
    TRY(settled("fsync", *handle.node, std::move(done)));
    return noted("fsync", store_.sync());
}

Status Filesystem::release(std::unique_ptr<Handle> handle)
{
    if (handle->control != nullptr) {
        nodes_.unpin(handle->node);
        return {};
    }
    const auto node = handle->node;
    Result<Position> done;
    {
        const NameLock::ForLong large(names_lock_, is_large(*handle));
        const std::shared_lock names(names_lock_);
        done = files_.release(node, handle->writes);
    }
    if (!handle->writes) {
        return {};  // nothing was done that could fail, or has to be waited for
    }
    log_failure(done, "at its last close");
    return settled("close", *node, std::move(done));
}

// What SyncMode::always promises of what was done. An error is noted with the file's path, which many callers of
// close(2) never hear of.
Status Filesystem::settled(std::string_view what, const Node& node, Result<Position> done)
{
    Status status = done ? store_.settle(*done) : Status(std::unexpected(std::move(done.error())));
    if (!status) {
        const std::shared_lock names(names_lock_);
        const auto message = Names::path_of(node) + ": " + status.error().message;
        last_error_.note(what, {.code = status.error().code, .message = message}, now());
    }
    return status;
}

}  // namespace bytestore::fs
