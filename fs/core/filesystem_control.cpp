// .control: in the root, reachable by name, not listed.
#include "fs/core/filesystem.h"
#include "fs/mapping.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

namespace bytestore::fs {
namespace {

std::unexpected<Error> read_only_file(const ControlFile& file)
{
    return fail(Errc::access_denied, ".control/" + file.name + " is only to be read");
}

// For its number, which no key's name shares: it is not UTF-8.
std::string control_key(std::string_view name)
{
    return fmt::format("\xff{}/{}", kControlName, name);
}

}  // namespace

Result<Attributes> Filesystem::lookup_control(const NodePtr& parent, std::string_view name)
{
    const bool is_root = parent->place == Node::Place::root;
    const auto* file = is_root ? nullptr : control_.find(name);
    if (!is_root && file == nullptr) {
        return fail(Errc::not_found, "no such control file");
    }
    const auto type = is_root ? Type::directory : Type::file;
    const auto segment = is_root ? std::string() : file->name;
    const auto key = control_key(segment);
    if (file != nullptr && !needs_handles()) {
        look_up_anew(parent, *file);
    }
    return known(nodes_.look_up(parent, Node::Place::control, segment, type, key));
}

// The kernel keeps the pages of an inode that it opens without asking.
void Filesystem::look_up_anew(const NodePtr& parent, const ControlFile& file)
{
    if (const auto old = nodes_.find(*parent, Node::Place::control, file.name)) {
        nodes_.detach(*old);
    }
}

// As it was when it was first asked for, where there are no handles that keep it.
std::shared_ptr<const std::string> Filesystem::control_text(const Node& node) const
{
    const auto* file = control_.find(node.segment);
    if (needs_handles()) {
        return std::make_shared<const std::string>(file->read());
    }
    const std::lock_guard lock(texts_mutex_);
    auto& text = texts_[node.ino];
    if (!text) {
        text = std::make_shared<const std::string>(file->read());
    }
    return text;
}

Attributes Filesystem::control_attributes(const Node& node) const
{
    Attributes attributes;
    attributes.ino = node.ino;
    attributes.type = node.type;
    attributes.changes_by_itself = true;
    attributes.uid = ::geteuid();
    attributes.gid = ::getegid();
    attributes.mtime = attributes.atime = attributes.ctime = now();
    if (node.type == Type::directory) {
        attributes.mode = 0700;
        return attributes;
    }
    const auto* file = control_.find(node.segment);
    attributes.mode = file->mode();
    attributes.size = control_text(node)->size();
    attributes.changes_its_inode = !needs_handles();
    return attributes;
}

Result<std::unique_ptr<Handle>> Filesystem::open_control(const NodePtr& node, const OpenRequest& request)
{
    const auto* file = control_.find(node->segment);
    if (file == nullptr) {
        return fail(Errc::is_directory, "is a directory");
    }
    if ((request.writes || request.truncate) && !file->open_writer) {
        return read_only_file(*file);
    }
    auto handle = std::make_unique<Handle>();
    handle->node = node;
    handle->control = file;
    handle->control_text = std::make_shared<const std::string>(request.reads ? file->read() : std::string());
    handle->control_writer = request.writes ? file->open_writer() : nullptr;
    nodes_.pin(*node);
    return handle;
}

Result<std::size_t> Filesystem::write_control(const Handle& handle, std::string_view bytes)
{
    if (!handle.control_writer) {
        return read_only_file(*handle.control);
    }
    return noted(handle.control->name, handle.control_writer->write(bytes));
}

Status Filesystem::flush_control(const Handle& handle)
{
    return handle.control_writer ? noted(handle.control->name, handle.control_writer->flush()) : Status{};
}

// A truncation means nothing to a file that takes commands; everything else about these files is fixed.
Result<Attributes> Filesystem::change_control(const Node& node, const AttributeChange& change) const
{
    const auto* file = control_.find(node.segment);
    if (file == nullptr || !change.size || change.mode || change.uid || change.gid) {
        return fail(Errc::not_permitted, ".control is the mount's own");
    }
    if (!file->open_writer) {
        return read_only_file(*file);
    }
    return control_attributes(node);
}

ControlSources Filesystem::control_sources(DaemonControl daemon)
{
    auto target = apply_target(store_);
    target.apply = [this](const Batch& batch) { return apply(batch); };
    return {.store = store_,
            .last_error = last_error_,
            .counts =
                [this] {
                    return MountCounts{.inodes = nodes_.size(),
                                       .read_bytes = read_bytes_,
                                       .written_bytes = written_bytes_,
                                       .errors = last_error_.count(),
                                       .start_time = start_time_};
                },
            .sync = [this] { return sync_all(); },
            .apply = std::move(target),
            .limit = files_.limit(),
            .daemon = std::move(daemon)};
}

std::optional<DirectoryEntry> Filesystem::next_control_entry(const Node& directory, std::uint64_t cookie) const
{
    if (cookie < 2) {
        const auto ino = cookie == 0 ? directory.ino : kRootIno;
        return DirectoryEntry{
            .name = cookie == 0 ? "." : "..", .ino = ino, .type = Type::directory, .cookie = cookie + 1};
    }
    const auto place = static_cast<std::size_t>(cookie - 2);
    if (place >= control_.all().size()) {
        return std::nullopt;
    }
    const auto& name = control_.all()[place].name;
    const auto key = control_key(name);
    return DirectoryEntry{.name = name,
                          .ino = NodeTable::Numbers(nodes_).of(directory, Node::Place::control, name, Type::file, key),
                          .type = Type::file,
                          .cookie = cookie + 1};
}

}  // namespace bytestore::fs
