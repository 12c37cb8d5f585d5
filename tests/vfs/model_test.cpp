// Random operations on a mount and on the model, which must never tell them apart. BYTESTORE_SEED sets the first seed,
// BYTESTORE_TEST_SCALE the number of runs.
#include "tests/vfs/model.h"
#include "tests/support/scale.h"
#include "tests/vfs/mount.h"

#include "fs/mapping.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

namespace bytestore::test {
namespace {

using fs::RenameMode;

// A file that is open on both sides.
struct Both {
    OpenFile file;
    ModelPtr node;
    bool writes;
};

// Segments roll and are compacted all the time.
Options busy()
{
    Options options;
    options.segment_size = 4096;
    options.compaction_threshold = 20;
    return options;
}

class Game {
public:
    explicit Game(std::uint32_t seed)
        : random_(seed), mount_(busy())
    {
    }

    void play(int steps);

private:
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    std::string path(bool with_value = true);
    std::string text() { return std::string(below(20), static_cast<char>('a' + below(26))); }

    void step();
    void move();
    void make();
    void remove();
    void write_whole();
    void change_path();
    void open();
    void use_handle();
    void close_handle();
    void close_all();
    void rest();
    void remount();
    void forget_marker();

    std::map<std::string, std::string> tree();
    std::map<std::string, std::vector<std::int64_t>> times();
    void add_directory(std::map<std::string, std::string>& tree, const std::string& prefix, std::set<fs::Ino>& inos);
    void compare();

    std::mt19937 random_;
    Mount mount_;
    Model model_;
    std::vector<Both> open_;
};

// Of few names, so that they meet; below directories that exist, since the kernel asks of no others.
std::string Game::path(bool with_value)
{
    constexpr std::array kNames = {"a", "b", "c", "a:b", "%value"};
    std::string result;
    for (std::size_t depth = 0; depth < 4; ++depth) {
        const auto place = result.empty() ? "" : result + "/";
        const auto name = std::string(kNames[below(result.empty() || !with_value ? 4 : 5)]);
        const auto node = model_.find(place + name);
        result = place + name;
        if (!node || node->type != fs::Type::directory || below(3) == 0) {
            break;
        }
    }
    return result;
}

void Game::move()
{
    const auto from = path();
    const auto to = path();
    const auto mode =
        std::array{RenameMode::replace, RenameMode::replace, RenameMode::no_replace, RenameMode::exchange}[below(4)];
    SCOPED_TRACE("mv " + from + " " + to + " " + std::to_string(static_cast<int>(mode)));
    EXPECT_EQ(mount_.mv(from, to, mode), model_.mv(from, to, mode));
}

void Game::make()
{
    const auto where = path();
    if (below(3) == 0) {
        SCOPED_TRACE("ln -s " + where);
        EXPECT_EQ(mount_.symlink("target", where), model_.symlink("target", where));
    } else {
        SCOPED_TRACE("mkdir " + where);
        EXPECT_EQ(mount_.mkdir(where), model_.mkdir(where));
    }
}

void Game::remove()
{
    const auto where = path();
    SCOPED_TRACE("rm or rmdir " + where);
    if (below(2) == 0) {
        EXPECT_EQ(mount_.rm(where), model_.rm(where));
    } else {
        EXPECT_EQ(mount_.rmdir(where), model_.rmdir(where));
    }
}

void Game::write_whole()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (node && node->type != fs::Type::file) {
        return;
    }
    SCOPED_TRACE("write " + where);
    const auto content = text();
    EXPECT_EQ(mount_.write(where, content), 0);
    model_.create(where);
    model_.find(where)->content = content;
}

void Game::change_path()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (!node) {
        return;
    }
    SCOPED_TRACE("setattr " + where);
    if (node->type == fs::Type::file && below(2) == 0) {
        const auto size = below(30);
        EXPECT_EQ(mount_.change(where, {.size = size}), 0);
        node->content.resize(size);
    } else {
        const auto mode = static_cast<std::uint32_t>(below(010000));
        EXPECT_EQ(mount_.change(where, {.mode = mode}), 0);
        node->mode = mode;
    }
}

void Game::open()
{
    const auto where = path();
    const auto node = model_.find(where);
    if ((node && node->type != fs::Type::file) || open_.size() > 8) {
        return;
    }
    SCOPED_TRACE("open " + where);
    if (!node) {
        model_.create(where);
        open_.push_back({.file = mount_.create(where), .node = model_.find(where), .writes = true});
        return;
    }
    const bool writes = below(3) > 0;
    const bool truncates = writes && below(3) == 0;
    open_.push_back({.file = mount_.open(where, {.reads = true, .writes = writes, .truncate = truncates}),
                     .node = node,
                     .writes = writes});
    if (truncates) {
        node->content.clear();
    }
}

void Game::use_handle()
{
    if (open_.empty()) {
        return;
    }
    auto& [file, node, writes] = open_[below(open_.size())];
    const auto offset = below(40);
    const auto bytes = text();
    switch (below(5)) {
        case 0:
            EXPECT_EQ(file.flush(), 0);
            break;
        case 1:
            EXPECT_EQ(file.sync(), 0);
            break;
        case 2:
            if (writes) {
                EXPECT_EQ(file.truncate(offset), 0);
                node->content.resize(offset);
            }
            break;
        default:
            if (writes && !bytes.empty()) {
                EXPECT_EQ(file.write(offset, bytes), 0);
                node->content.resize(std::max(node->content.size(), offset + bytes.size()));
                node->content.replace(offset, bytes.size(), bytes);
            }
    }
    EXPECT_EQ(file.read(), node->content);
    EXPECT_EQ(file.read(3, 5), node->content.substr(std::min<std::size_t>(3, node->content.size()), 5));
    EXPECT_EQ(file.stat().size, node->content.size());
}

void Game::close_handle()
{
    if (!open_.empty()) {
        const auto which = open_.begin() + static_cast<std::ptrdiff_t>(below(open_.size()));
        EXPECT_EQ(below(2) == 0 ? which->file.close() : which->file.release(), 0);
        open_.erase(which);
    }
}

void Game::close_all()
{
    while (!open_.empty()) {
        close_handle();
    }
}

// Of files and links: those of directories move in memory.
std::map<std::string, std::vector<std::int64_t>> Game::times()
{
    std::map<std::string, std::vector<std::int64_t>> times;
    for (const auto& [path, description] : model_.tree()) {
        if (const auto stat = mount_.stat(path); stat && stat->type != fs::Type::directory) {
            times[path] = {stat->atime, stat->mtime, stat->ctime};
        }
    }
    return times;
}

void Game::remount()
{
    close_all();
    const auto before = times();
    mount_.remount();
    EXPECT_EQ(times(), before);
    for (int i = 0; i < 10; ++i) {
        forget_marker();
    }
}

// As in the store of another writer: a directory is there only because something is in it.
void Game::forget_marker()
{
    const auto where = path(false);
    const auto node = model_.find(where);
    const auto is_entry = [](const auto& entry) { return entry.first != fs::kValueName; };
    if (!node || std::ranges::none_of(node->entries, is_entry)) {
        return;
    }
    const auto key = fs::key_of_path(where, [](auto, auto, auto) { return std::nullopt; });
    ignore(mount_.store().remove(fs::marker_key(*key)));  // there may be none already
    node->mode = 0755;
}

// What changes nothing.
void Game::rest()
{
    switch (below(4)) {
        case 0:
            mount_.compact();
            break;
        case 1:
            remount();
            break;
        case 2:
            EXPECT_TRUE(mount_.filesystem().sync_all().has_value());
            break;
        default:
            mount_.forget_names();
    }
}

void Game::add_directory(std::map<std::string, std::string>& tree, const std::string& prefix, std::set<fs::Ino>& inos)
{
    const auto directory = prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1);
    std::uint32_t links = 2;
    for (const auto& name : mount_.ls(directory)) {
        const auto where = prefix + name;
        const auto stat = mount_.stat(where);
        if (!stat) {
            tree[where] = stat.error().message;
            continue;
        }
        EXPECT_TRUE(inos.insert(stat->ino).second) << where;
        const bool is_directory = stat->type == fs::Type::directory;
        const auto content = is_directory                   ? ""
                             : stat->type == fs::Type::link ? mount_.readlink(where)
                                                            : mount_.read(where);
        EXPECT_TRUE(is_directory || stat->size == content.size()) << where;
        tree[where] = describe(stat->type, stat->mode, content);
        if (is_directory) {
            ++links;
            add_directory(tree, where + '/', inos);
        }
    }
    EXPECT_EQ(mount_.stat(directory)->links, links) << directory;
}

std::map<std::string, std::string> Game::tree()
{
    std::map<std::string, std::string> tree;
    std::set<fs::Ino> inos;
    add_directory(tree, "", inos);
    return tree;
}

void Game::compare()
{
    EXPECT_EQ(tree(), model_.tree());
}

void Game::step()
{
    using Step = void (Game::*)();
    constexpr std::array<Step, 14> kSteps = {&Game::move,   &Game::move,        &Game::make,        &Game::make,
                                             &Game::remove, &Game::remove,      &Game::write_whole, &Game::change_path,
                                             &Game::open,   &Game::use_handle,  &Game::use_handle,  &Game::use_handle,
                                             &Game::rest,   &Game::close_handle};
    (this->*kSteps[below(kSteps.size())])();
}

void Game::play(int steps)
{
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE("step " + std::to_string(i));
        step();
        compare();
    }
    close_all();
    mount_.forget_names();
    EXPECT_EQ(mount_.filesystem().live_nodes(), 1);
    remount();
    compare();
}

TEST(Model, RandomOperationsLeaveWhatAPosixTreeWouldBe)
{
    const auto first = first_seed();
    const auto runs = static_cast<std::uint32_t>(scaled(30));
    for (auto seed = first; seed != first + runs && !HasFailure(); ++seed) {
        SCOPED_TRACE("BYTESTORE_SEED=" + std::to_string(seed));
        Game(seed).play(150);
    }
}

}  // namespace
}  // namespace bytestore::test
