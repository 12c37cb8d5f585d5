// null_fs MOUNTPOINT: a FUSE file system that does as little as one can, in memory. What it costs is the price of the
// transport, which no daemon on the same libfuse can go below. As good at caching as ByteStore is, and with its loop.
#include "fs/fuse/fuse_api.h"
#include "fs/fuse/options.h"
#include "fs/fuse/session.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using namespace bytestore::fuse;

constexpr double kForever = 365.0 * 24 * 3600;
constexpr fuse_ino_t kRoot = FUSE_ROOT_ID;

struct Node {
    struct stat st{};
    std::string data;
    std::uint64_t lookups = 0;
    // Of a directory: an entry's place is its readdir offset.
    std::unordered_map<std::string, std::size_t> places;
    std::vector<std::pair<std::string, fuse_ino_t>> entries;  // 0: it is gone
};

class Tree {
public:
    Tree() { add(kRoot, S_IFDIR | 0755); }

    Node* find(fuse_ino_t ino)
    {
        const auto found = nodes_.find(ino);
        return found == nodes_.end() ? nullptr : found->second.get();
    }
    Node* child(fuse_ino_t parent, const std::string& name)
    {
        auto* const in = find(parent);
        const auto place = in->places.find(name);
        return place == in->places.end() ? nullptr : find(in->entries[place->second].second);
    }
    Node& make(fuse_ino_t parent, const std::string& name, mode_t mode)
    {
        auto& node = add(++last_, mode);
        link(parent, name, last_);
        return node;
    }
    void link(fuse_ino_t parent, const std::string& name, fuse_ino_t ino)
    {
        auto& in = *find(parent);
        in.places[name] = in.entries.size();
        in.entries.emplace_back(name, ino);
    }
    void unlink(fuse_ino_t parent, const std::string& name)
    {
        auto& in = *find(parent);
        const auto place = in.places.find(name);
        auto& ino = in.entries[place->second].second;
        if (auto* const node = find(ino)) {
            node->st.st_nlink = 0;
            drop(ino);
        }
        ino = 0;
        in.places.erase(place);
        if (in.places.empty()) {
            in.entries.clear();
        }
    }
    void forget(fuse_ino_t ino, std::uint64_t lookups)
    {
        if (auto* const node = find(ino)) {
            node->lookups -= lookups;
            drop(ino);
        }
    }

    std::mutex mutex;

private:
    Node& add(fuse_ino_t ino, mode_t mode)
    {
        auto node = std::make_unique<Node>();
        node->st.st_ino = ino;
        node->st.st_mode = mode;
        node->st.st_nlink = 1;
        ::clock_gettime(CLOCK_REALTIME, &node->st.st_mtim);
        node->st.st_ctim = node->st.st_atim = node->st.st_mtim;
        return *(nodes_[ino] = std::move(node));
    }
    void drop(fuse_ino_t ino)
    {
        const auto found = nodes_.find(ino);
        if (found->second->lookups == 0 && found->second->st.st_nlink == 0) {
            nodes_.erase(found);
        }
    }

    std::unordered_map<fuse_ino_t, std::unique_ptr<Node>> nodes_;
    fuse_ino_t last_ = kRoot;
};

Tree& tree()
{
    static Tree tree;
    return tree;
}

using Lock = std::lock_guard<std::mutex>;

fuse_entry_param entry_of(Node& node)
{
    ++node.lookups;
    fuse_entry_param entry{};
    entry.ino = node.st.st_ino;
    entry.attr = node.st;
    entry.attr_timeout = entry.entry_timeout = kForever;
    return entry;
}

void reply_entry(fuse_req_t request, Node& node)
{
    const auto entry = entry_of(node);
    fuse_reply_entry(request, &entry);
}

void on_init(void* /*data*/, fuse_conn_info* connection)
{
    bytestore::fuse::refuse(*connection, FUSE_CAP_AUTO_INVAL_DATA);
    bytestore::fuse::refuse(*connection, FUSE_CAP_WRITEBACK_CACHE);
}

void on_lookup(fuse_req_t request, fuse_ino_t parent, const char* name)
{
    const Lock lock(tree().mutex);
    if (auto* const node = tree().child(parent, name)) {
        reply_entry(request, *node);
        return;
    }
    fuse_entry_param missing{};
    missing.entry_timeout = kForever;
    fuse_reply_entry(request, &missing);
}

void on_forget(fuse_req_t request, fuse_ino_t ino, std::uint64_t lookups)
{
    const Lock lock(tree().mutex);
    tree().forget(ino, lookups);
    fuse_reply_none(request);
}

void on_getattr(fuse_req_t request, fuse_ino_t ino, fuse_file_info* /*info*/)
{
    const Lock lock(tree().mutex);
    fuse_reply_attr(request, &tree().find(ino)->st, kForever);
}

void on_setattr(fuse_req_t request, fuse_ino_t ino, struct stat* st, int which, fuse_file_info* /*info*/)
{
    const Lock lock(tree().mutex);
    auto& node = *tree().find(ino);
    if ((which & FUSE_SET_ATTR_SIZE) != 0) {
        node.data.resize(static_cast<std::size_t>(st->st_size));
        node.st.st_size = st->st_size;
    }
    if ((which & FUSE_SET_ATTR_MODE) != 0) {
        node.st.st_mode = st->st_mode;
    }
    fuse_reply_attr(request, &node.st, kForever);
}

void on_mkdir(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode)
{
    const Lock lock(tree().mutex);
    reply_entry(request, tree().make(parent, name, S_IFDIR | mode));
}

void on_unlink(fuse_req_t request, fuse_ino_t parent, const char* name)
{
    const Lock lock(tree().mutex);
    tree().unlink(parent, name);
    fuse_reply_err(request, 0);
}

void on_rename(fuse_req_t request, fuse_ino_t parent, const char* name, fuse_ino_t new_parent, const char* new_name,
               unsigned /*flags*/)
{
    const Lock lock(tree().mutex);
    auto& in = *tree().find(parent);
    const auto place = in.places.find(name);
    const auto ino = std::exchange(in.entries[place->second].second, 0);
    in.places.erase(place);
    if (tree().child(new_parent, new_name) != nullptr) {
        tree().unlink(new_parent, new_name);
    }
    tree().link(new_parent, new_name, ino);
    fuse_reply_err(request, 0);
}

void set_flags(fuse_file_info& info)
{
    info.keep_cache = 1;
    info.noflush = (info.flags & O_ACCMODE) == O_RDONLY ? 1 : 0;
}

void on_open(fuse_req_t request, fuse_ino_t ino, fuse_file_info* info)
{
    const Lock lock(tree().mutex);
    if ((info->flags & O_TRUNC) != 0) {
        auto& node = *tree().find(ino);
        node.data.clear();
        node.st.st_size = 0;
    }
    set_flags(*info);
    fuse_reply_open(request, info);
}

void on_create(fuse_req_t request, fuse_ino_t parent, const char* name, mode_t mode, fuse_file_info* info)
{
    const Lock lock(tree().mutex);
    const auto entry = entry_of(tree().make(parent, name, S_IFREG | mode));
    set_flags(*info);
    fuse_reply_create(request, &entry, info);
}

void on_read(fuse_req_t request, fuse_ino_t ino, std::size_t size, off_t offset, fuse_file_info* /*info*/)
{
    const Lock lock(tree().mutex);
    const std::string_view data = tree().find(ino)->data;
    const auto part = data.substr(std::min(data.size(), static_cast<std::size_t>(offset)), size);
    fuse_reply_buf(request, part.data(), part.size());
}

void on_write(fuse_req_t request, fuse_ino_t ino, const char* bytes, std::size_t size, off_t offset,
              fuse_file_info* /*info*/)
{
    const Lock lock(tree().mutex);
    auto& node = *tree().find(ino);
    const auto begin = static_cast<std::size_t>(offset);
    node.data.resize(std::max(node.data.size(), begin + size));
    node.data.replace(begin, size, bytes, size);
    node.st.st_size = static_cast<off_t>(node.data.size());
    fuse_reply_write(request, size);
}

void on_done(fuse_req_t request, fuse_ino_t /*ino*/, fuse_file_info* /*info*/)
{
    fuse_reply_err(request, 0);
}

void on_fsync(fuse_req_t request, fuse_ino_t /*ino*/, int /*data_only*/, fuse_file_info* /*info*/)
{
    fuse_reply_err(request, 0);
}

void on_opendir(fuse_req_t request, fuse_ino_t /*ino*/, fuse_file_info* info)
{
    info->cache_readdir = 1;
    info->keep_cache = 1;
    fuse_reply_open(request, info);
}

void read_directory(fuse_req_t request, fuse_ino_t ino, std::size_t size, off_t offset, bool plus)
{
    const Lock lock(tree().mutex);
    auto& in = *tree().find(ino);
    std::vector<char> buffer(size);
    std::size_t used = 0;
    for (auto place = static_cast<std::size_t>(offset); place < in.entries.size(); ++place) {
        const auto& [name, child] = in.entries[place];
        auto* const node = tree().find(child);
        if (child == 0 || node == nullptr) {
            continue;
        }
        auto entry = entry_of(*node);
        const auto next = static_cast<off_t>(place + 1);
        const auto needed =
            plus ? fuse_add_direntry_plus(request, buffer.data() + used, size - used, name.c_str(), &entry, next)
                 : fuse_add_direntry(request, buffer.data() + used, size - used, name.c_str(), &entry.attr, next);
        node->lookups -= plus && needed <= size - used ? 0 : 1;
        if (needed > size - used) {
            break;
        }
        used += needed;
    }
    fuse_reply_buf(request, buffer.data(), used);
}

void on_readdir(fuse_req_t request, fuse_ino_t ino, std::size_t size, off_t offset, fuse_file_info* /*info*/)
{
    read_directory(request, ino, size, offset, false);
}

void on_readdirplus(fuse_req_t request, fuse_ino_t ino, std::size_t size, off_t offset, fuse_file_info* /*info*/)
{
    read_directory(request, ino, size, offset, true);
}

Rings* rings = nullptr;

// As ByteStore's operations do.
template <auto Operation, class... Arguments>
void visiting(fuse_req_t request, Arguments... arguments)
{
    const Rings::Visit visit(came_over_io_uring(request) ? rings : nullptr);
    Operation(request, arguments...);
}

fuse_lowlevel_ops operations()
{
    fuse_lowlevel_ops ops{};
    ops.init = on_init;
    ops.lookup = visiting<on_lookup>;
    ops.forget = on_forget;
    ops.getattr = visiting<on_getattr>;
    ops.setattr = visiting<on_setattr>;
    ops.mkdir = visiting<on_mkdir>;
    ops.unlink = visiting<on_unlink>;
    ops.rmdir = visiting<on_unlink>;
    ops.rename = visiting<on_rename>;
    ops.open = visiting<on_open>;
    ops.create = visiting<on_create>;
    ops.read = visiting<on_read>;
    ops.write = visiting<on_write>;
    ops.flush = visiting<on_done>;
    ops.release = visiting<on_done>;
    ops.fsync = visiting<on_fsync>;
    ops.opendir = visiting<on_opendir>;
    ops.readdir = visiting<on_readdir>;
    ops.readdirplus = visiting<on_readdirplus>;
    ops.releasedir = visiting<on_done>;
    return ops;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fputs("usage: null_fs MOUNTPOINT\n", stderr);
        return 2;
    }
    const auto session = Session::create({.options = {"fsname=null_fs"}, .spin = default_spin(), .io_uring = true},
                                         operations(), nullptr);
    if (!session || !(*session)->mount(argv[1]) || ::daemon(0, 0) != 0) {
        return 1;
    }
    rings = &(*session)->rings();
    return (*session)->serve([](Transport) {}) ? 0 : 1;
}
