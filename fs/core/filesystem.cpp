#include "fs/core/filesystem.h"

#include "fs/core/outside_change.h"
#include "fs/mapping.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bytestore::fs {
namespace {

// How long a new file without a byte in it waits for one before it becomes a record.
constexpr std::chrono::milliseconds kPendingTime{1000};

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

Filesystem::Filesystem(Store& store, Invalidations invalidations, DaemonControl daemon, std::uint64_t max_dirty)
    : store_(store),
      invalidations_(std::move(invalidations)),
      store_owner_{.uid = store.directory_info().uid, .gid = store.directory_info().gid},
      names_(store, pending_),
      files_(store, nodes_, names_, pending_, store_owner_, max_dirty,
             [this](const Node& file, bool vanished) { dropped(file, vanished); }),
      directories_(store, nodes_, names_, pending_, store_owner_, [this](Ino ino) { invalidations_.attributes(ino); }),
      start_time_(now() / kSecond),
      control_(control_sources(std::move(daemon))),
      overdue_(kPendingTime, [this] { commit_overdue(); }),
      ahead_(std::chrono::milliseconds(0), [this] { list_ahead(); })
{
}

Filesystem::~Filesystem()
{
    const std::shared_lock names(names_lock_);
    log_failure(files_.commit_all(true), "at the end of the mount");
    store_times();
}

Result<NodePtr> Filesystem::node(Ino ino) const
{
    auto found = nodes_.find(ino);
    if (!found) {
        return fail(Errc::not_found, fmt::format("no inode {}", ino));
    }
    return found;
}

Result<NodePtr> Filesystem::directory(Ino ino) const
{
    TRY_ASSIGN(auto found, node(ino));
    if (found->type != Type::directory) {
        return fail(Errc::not_directory, "not a directory");
    }
    return found;
}

// One whose entries can be made and removed.
Result<NodePtr> Filesystem::own_directory(Ino ino) const
{
    TRY_ASSIGN(auto found, directory(ino));
    if (found->place == Node::Place::control) {
        return fail(Errc::not_permitted, ".control is the mount's own");
    }
    return found;
}

Status Filesystem::check_own(const NodePtr& parent, std::string_view name)
{
    if (parent->place == Node::Place::root && name == kControlName) {
        return fail(Errc::not_permitted, ".control is the mount's own");
    }
    return {};
}

NodePtr Filesystem::node_at(const Target& target)
{
    const auto& spot = target.spot;
    return nodes_.look_up(spot.directory, spot.place, spot.segment(), target.type, spot.key());
}

Result<Attributes> Filesystem::attributes_of_node(const NodePtr& node, const Target* found)
{
    if (node->place == Node::Place::control) {
        return control_attributes(*node);
    }
    return node->type == Type::directory ? directories_.attributes(node) : files_.attributes(node, found);
}

// The answer that tells the kernel of a node: without it the lookup does not count.
Result<Attributes> Filesystem::known(const NodePtr& node, const Target* found)
{
    auto attributes = attributes_of_node(node, found);
    if (!attributes) {
        nodes_.forget(node, 1);
    }
    return attributes;
}

Result<Attributes> Filesystem::lookup_in(const NodePtr& parent, std::string_view name)
{
    if (parent->place == Node::Place::control || (parent->place == Node::Place::root && name == kControlName)) {
        return lookup_control(parent, name);
    }
    TRY_ASSIGN(const auto& target, names_.resolve(parent, name));
    return known(node_at(target), &target);
}

Result<Attributes> Filesystem::lookup(Ino parent, std::string_view name)
{
    const std::shared_lock names(names_lock_);
    TRY_ASSIGN(const auto in, directory(parent));
    return lookup_in(in, name);
}

void Filesystem::forget(Ino ino, std::uint64_t lookups)
{
    const auto found = nodes_.find(ino);
    if (found && found->type == Type::directory) {
        const std::shared_lock names(names_lock_);
        directories_.store_time(found);
    }
    if (found) {
        forget(found, lookups);
    }
}

void Filesystem::forget(const NodePtr& found, std::uint64_t lookups)
{
    if (nodes_.forget(found, lookups)) {
        const std::lock_guard lock(texts_mutex_);
        texts_.erase(found->ino);  // of a control file
    }
}

Result<Attributes> Filesystem::attributes(Ino ino)
{
    const std::shared_lock names(names_lock_);
    TRY_ASSIGN(const auto found, node(ino));
    return attributes_of_node(found);
}

bool Filesystem::is_large(Ino ino) const
{
    const auto found = nodes_.find(ino);
    return found && Files::is_large(*found);
}

Result<Attributes> Filesystem::change(Ino ino, const AttributeChange& change)
{
    TRY_ASSIGN(const auto found, node(ino));
    Position position;
    Result<Attributes> attributes;
    {
        const NameLock::ForLong large(names_lock_, Files::is_large(*found));
        const std::shared_lock names(names_lock_);
        if (found->place == Node::Place::control) {
            return change_control(*found, change);
        }
        if (found->type == Type::directory) {
            TRY_ASSIGN(position, directories_.change(found, change));
            attributes = directories_.attributes(found);
        } else {
            TRY_ASSIGN(const auto changed, files_.change(found, change));
            position = changed.position;
            attributes = changed.attributes;
        }
    }
    TRY(store_.settle(position));
    return attributes;
}

Result<std::string> Filesystem::read_link(Ino ino)
{
    const std::shared_lock names(names_lock_);
    TRY_ASSIGN(const auto found, node(ino));
    if (found->type != Type::link) {
        return fail(Errc::invalid, "not a symbolic link");
    }
    TRY_ASSIGN(const auto bytes, files_.read(found, 0, SIZE_MAX));
    return std::string(bytes.view);
}

Result<DiskSpace> Filesystem::space() const
{
    return store_.space();
}

// What SyncMode::always promises of it is waited for when others can go on.
template <class Change>
Status Filesystem::changing_names(Change change)
{
    Position position;
    {
        const std::unique_lock names(names_lock_);
        TRY_ASSIGN(position, change());
    }
    return store_.settle(position);
}

Result<Attributes> Filesystem::make_directory(Ino parent, std::string_view name, std::uint32_t mode, Owner owner)
{
    return make(parent, name, {.type = Type::directory, .mode = mode, .target = {}}, owner);
}

Result<Attributes> Filesystem::make_link(Ino parent, std::string_view name, std::string_view target, Owner owner)
{
    return make(parent, name, {.type = Type::link, .mode = default_mode(Type::link), .target = target}, owner);
}

Result<Attributes> Filesystem::make(Ino parent, std::string_view name, const New& what, Owner owner)
{
    Result<Attributes> attributes;
    TRY(changing_names([&]() -> Result<Position> {
        const bool directory = what.type == Type::directory;
        TRY_ASSIGN(const auto in, own_directory(parent));
        TRY_ASSIGN(const auto spot, names_.place_for(in, name));
        if (names_.at(spot)) {
            return fail(Errc::exists, "the name is taken");
        }
        if ((directory && spot.place == Node::Place::value) || has_reserved_segment(spot.key())) {
            return fail(Errc::invalid, fmt::format("a {} cannot be named {}", directory ? "directory" : "link", name));
        }
        const auto mode = what.mode | (directory && directories_.passes_group_on(in) ? S_ISGID : 0U);
        const auto meta = new_meta(what.type, mode, directories_.owner_in(in, owner), store_owner_, now());
        Batch batch;
        directory ? batch.set(marker_key(spot.key()), "", meta)
                  : batch.set(std::string(spot.key()), std::string(what.target), meta, Kind::link);
        TRY_ASSIGN(const auto position, store_.commit(batch));
        directories_.entry_changed(spot, directory ? 1 : 0);
        attributes = known(nodes_.look_up(in, spot.place, spot.segment(), what.type, spot.key()));
        return position;
    }));
    return attributes;
}

Status Filesystem::unlink(Ino parent, std::string_view name)
{
    return changing_names([&]() -> Result<Position> {
        TRY_ASSIGN(const auto in, own_directory(parent));
        return unlink_locked(in, name);
    });
}

Result<Position> Filesystem::unlink_locked(const NodePtr& parent, std::string_view name)
{
    TRY(check_own(parent, name));
    TRY_ASSIGN(const auto& target, names_.resolve(parent, name));
    if (target.type == Type::directory) {
        return fail(Errc::is_directory, "is a directory");
    }
    const auto file = target.node_in(nodes_);
    Position position;
    if (target.value) {
        Batch batch;
        batch.remove(std::string(target.spot.key()));
        if (target.spot.place == Node::Place::segment) {
            directories_.keep(batch, parent, target.spot.key());
        }
        TRY_ASSIGN(position, store_.commit(batch));
    }
    if (file) {
        files_.orphan(file, target.value);
    }
    directories_.entry_changed(target.spot);
    return position;
}

Status Filesystem::remove_directory(Ino parent, std::string_view name)
{
    return changing_names([&]() -> Result<Position> {
        TRY_ASSIGN(const auto in, own_directory(parent));
        return remove_directory_locked(in, name);
    });
}

Result<Position> Filesystem::remove_directory_locked(const NodePtr& parent, std::string_view name)
{
    TRY(check_own(parent, name));
    TRY_ASSIGN(const auto& target, names_.resolve(parent, name));
    if (target.type != Type::directory) {
        return fail(Errc::not_directory, "is not a directory");
    }
    const auto found = target.node_in(nodes_);
    TRY(directories_.check_empty(found.get(), target.spot.key()));
    Batch batch;
    batch.remove(marker_key(target.spot.key()));
    directories_.keep(batch, parent, target.spot.key());
    TRY_ASSIGN(const auto position, store_.commit(batch));
    if (found) {
        nodes_.detach(*found);
    }
    directories_.entry_changed(target.spot, -1);
    return position;
}

Status Filesystem::rename(Ino parent, std::string_view name, Ino new_parent, std::string_view new_name, RenameMode mode)
{
    return changing_names([&]() -> Result<Position> {
        TRY_ASSIGN(const auto from, own_directory(parent));
        TRY_ASSIGN(const auto to, own_directory(new_parent));
        TRY(check_own(from, name));
        Rename rename(store_, nodes_, names_, files_, directories_);
        return rename.run(from, name, to, new_name, mode);
    });
}

Status Filesystem::apply(const Batch& batch)
{
    collect_pages(batch);
    Position position;
    OutsideChange change(store_, nodes_, names_, files_, directories_, pending_);
    {
        const std::unique_lock names(names_lock_);
        TRY_ASSIGN(position, change.run(batch, invalidations_));
    }
    invalidations_.wait();
    tell_sizes(change);
    for (const auto& file : change.stale_files()) {
        files_.pages_are_forgotten(file);
    }
    return store_.settle(position);
}

void Filesystem::tell_sizes(const OutsideChange& change)
{
    if (!change.grown_files().empty()) {
        tell_ends(change.grown_files());
    }
    for (const auto* files : {&change.grown_files(), &change.cut_files()}) {
        std::ranges::for_each(*files, [this](const NodePtr& file) { tell_size(file); });
    }
}

// For where the daemon cannot reach the file through its mount: an append that is on its way makes it longer than this
// tells. A read that was under way when the kernel forgot the pages may hold one of them yet, and would show what is
// behind its end: it is given time.
void Filesystem::tell_ends(const std::vector<NodePtr>& grown)
{
    if (std::ranges::any_of(grown, Files::is_open)) {
        std::this_thread::sleep_for(kReadUnderWay);
    }
    {
        const std::shared_lock names(names_lock_);
        std::ranges::for_each(grown, [this](const NodePtr& file) { tell_end(file); });
    }
    invalidations_.wait();
}

void Filesystem::tell_end(const NodePtr& file)
{
    const auto attributes = files_.attributes(file);
    if (!attributes || attributes->size == 0) {
        return;
    }
    if (const auto last = files_.read(file, attributes->size - 1, 1); last && last->view.size() == 1) {
        invalidations_.end(file->ino, attributes->size - 1, last->view.front());
    }
}

// It may be moved meanwhile, but not for ever.
void Filesystem::tell_size(const NodePtr& file)
{
    const auto path = [&] {
        const std::shared_lock names(names_lock_);
        return Names::path_of(*file);
    };
    bool told = false;
    for (int tries = 8; !told && tries > 0 && !file->detached; --tries) {
        told = invalidations_.size(file->ino, path());
    }
}

// What was written to mappings of the files that change, and is still with the kernel, counts as written before.
void Filesystem::collect_pages(const Batch& batch)
{
    std::unordered_set<std::string_view> keys;  // made once there is a file to ask for
    collect_pages([&](const std::string& key) {
        if (keys.empty()) {
            for (const auto& operation : batch.operations()) {
                keys.insert(operation.key);
            }
        }
        return keys.contains(key);
    });
}

void Filesystem::collect_pages()
{
    collect_pages([](const std::string&) { return true; });
}

template <class Of>
void Filesystem::collect_pages(Of of)
{
    {
        const std::shared_lock names(names_lock_);
        for (const auto& file : files_.with_content()) {
            const auto key = names_.key_of(*file);
            if (key && of(*key)) {
                invalidations_.content(file->ino);
            }
        }
    }
    invalidations_.wait();
}

Status Filesystem::commit_pending()
{
    const std::shared_lock names(names_lock_);
    TRY(files_.commit_all(false));
    return {};
}

// Of directories.
void Filesystem::store_times() const
{
    for (const auto& node : nodes_.all()) {
        if (node->type == Type::directory) {
            directories_.store_time(node);
        }
    }
}

Status Filesystem::sync_all()
{
    TRY(commit_pending());
    {
        const std::shared_lock names(names_lock_);
        store_times();
    }
    return store_.sync();
}

void Filesystem::commit_overdue()
{
    const std::shared_lock names(names_lock_);
    if (files_.commit_pending(now() - std::chrono::nanoseconds(kPendingTime).count())) {
        overdue_.notice();
    }
}

void Filesystem::dropped(const Node& file, bool vanished)
{
    invalidations_.content(file.ino);
    if (vanished) {
        directories_.entry_changed(Names::spot_of(file));
        invalidations_.entry(file.parent->ino, Names::name_of(file));
    }
}

void Filesystem::log_failure(const Result<Position>& done, const char* what) const
{
    if (!done && store_.options().log) {
        store_.options().log(LogLevel::error, fmt::format("a file was not stored {}: {}", what, done.error().message));
    }
}

}  // namespace bytestore::fs
