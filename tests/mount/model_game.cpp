// What happens to the whole mount in a game, and what must be there afterwards.
#include "tests/mount/model_game.h"
#include "tests/mount/shell.h"
#include "tests/mount/tree_walk.h"

#include "fs/mapping.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <optional>

namespace bytestore::test {

// Not by a program: what it inherits is closed when it starts, and a close is a flush.
void ModelGame::control(const std::string& file, std::string_view text)
{
    const int number = ::open(at(".control/" + file).c_str(), O_WRONLY | O_CLOEXEC);
    const bool taken = ::write(number, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    expect(fmt::format("{}: {} bytes", file, text.size()), taken ? 0 : errno, 0);
    ::close(number);
}

void ModelGame::for_each_file(const std::function<void(const ModelPtr&)>& act)
{
    for (const auto& [path, description] : model_.tree()) {
        if (const auto node = model_.find(path); node->type == fs::Type::file) {
            act(node);
        }
    }
}

bool ModelGame::open_for_writing(const ModelPtr& file) const
{
    return std::ranges::any_of(open_, [&](const OpenFile& open) { return open.may_write() && open.node() == file; });
}

void ModelGame::close_all()
{
    while (!open_.empty()) {
        close_one();
    }
}

void ModelGame::disturb()
{
    if (chance(2)) {
        set_beside();
    } else if (chance(2)) {
        control("compact");
    } else if (chance(2)) {
        end_and_start();
    } else {
        crash_and_start();
    }
    compare();
}

// By umount, or by a signal while files are open: either makes a record of everything.
void ModelGame::end_and_start()
{
    if (chance(2)) {
        story_.emplace_back("unmount");
        close_all();
        unmount();
    } else {
        story_.emplace_back("SIGTERM");
        EXPECT_EQ(mount().end_by(SIGTERM), 0) << mount().log();
        open_.clear();
    }
    if (chance(2)) {
        write_as_another();
    }
    for_each_file([this](const ModelPtr& file) { ledger_.remounted(file); });
    start(options_);
}

// What another writer of the store may do, but no mount: values of directories, and keys under those of files.
void ModelGame::write_as_another()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (!node || where.ends_with(fs::kValueName) || node->entries.contains(std::string(fs::kValueName))) {
        return;
    }
    const auto key = fs::key_of_path(where, [](auto, auto, auto) { return std::nullopt; });
    const bool directory = node->type == fs::Type::directory;
    story_.push_back(fmt::format("kvs set {}{}", *key, directory ? "" : ":b"));
    const auto done = run({KVS, "--dir", data(), "set", directory ? *key : *key + ":b", "kvs"});
    EXPECT_EQ(done.status, 0) << done.err;
    if (directory) {
        model_.set_value(where, "kvs");
    } else {
        model_.set_below(where, "b", "kvs");
        ledger_.removed(node);  // it is a directory now
    }
}

// The same beside the mount, which forgets what it knew. Of a file that is open the buffer would win, so of one that is
// not; and what a close has not stored yet would come after it.
void ModelGame::set_beside()
{
    const auto where = path();
    auto node = model_.find(where);
    const bool open = std::ranges::any_of(open_, [&](const OpenFile& file) { return file.node() == node; });
    if (where.ends_with(fs::kValueName) || (node && (node->type == fs::Type::link || open))) {
        return;
    }
    const auto key = fs::key_of_path(where, [](auto, auto, auto) { return std::nullopt; });
    const auto value = text();
    sync_all();
    const auto of_directory = where + '/' + std::string(fs::kValueName);
    if (node && node->type == fs::Type::directory) {
        if (model_.find(of_directory)) {
            return;
        }
        model_.set_value(where, value);
        node = model_.find(of_directory);
    } else if (!node && model_.open(where, O_CREAT | O_EXCL | O_WRONLY, node) != 0) {
        return;
    }
    node->content = value;
    set_by_kvs_or_apply(*key, value);
    ledger_.created(node);
    ledger_.acknowledged(node);
}

void ModelGame::set_by_kvs_or_apply(const std::string& key, const std::string& value)
{
    story_.push_back(fmt::format("set {} beside: {} bytes", key, value.size()));
    if (chance(2)) {
        const auto done = run({KVS, "--dir", data(), "set", key, value});
        EXPECT_EQ(done.status, 0) << done.err;
        for (const auto& file : open_) {  // what the program inherited was closed when it started
            if (file.may_write()) {
                ledger_.closed_by_writer(file.node());
            }
        }
        return;
    }
    control("apply", fmt::format("{{\"cmd\":\"Set\",\"key\":\"{}\",\"value\":\"{}\"}}\n", key, value));
}

void ModelGame::crash_and_start()
{
    story_.emplace_back("kill -9");
    mount().kill9();
    open_.clear();
    start(options_);
    const auto found = walk(root());
    for (const auto& [path, description] : model_.tree()) {
        const auto node = model_.find(path);
        if (node->type != fs::Type::file) {
            continue;
        }
        const auto there = found.find(path);
        const auto version = there == found.end() ? std::nullopt : std::optional(there->second.version());
        EXPECT_TRUE(ledger_.survives_as(node, version))
            << path << " is " << (version ? describe(node->type, version->mode, version->content) : "gone")
            << " and may be\n"
            << ledger_.told(node);
        if (!version) {
            model_.unlink(path);
            ledger_.removed(node);
        }
    }
}

void ModelGame::compare()
{
    std::map<std::string, std::string> tree;
    for (const auto& [path, found] : walk(root())) {
        tree[path] = describe(found.type, found.mode, found.content);
        const auto time = ledger_.mtime(model_.find(path));
        EXPECT_TRUE(!time || time == found.mtime) << path << " has time " << found.mtime;
    }
    EXPECT_EQ(tree, model_.tree());
}

// On an empty store, whose segments roll and are compacted all the time.
void ModelGame::restart()
{
    if (mount().running()) {
        unmount();
    }
    std::filesystem::remove_all(data());
    options_ = {"-o", std::string("segment_size=4K,compact_threshold=20,sync=") +
                          std::array{"always", "interval", "never"}.at(below(3))};
    start(options_);
}

}  // namespace bytestore::test
