#include "tests/mount/model_player.h"

#include "fs/mapping.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <map>
#include <optional>

namespace bytestore::test {

using fs::RenameMode;

ModelPlayer::ModelPlayer(std::string mount, std::string directory, std::uint32_t seed)
    : mount_(std::move(mount)),
      name_(std::move(directory)),
      directory_(name_.empty() ? mount_ : mount_ + '/' + name_),
      random_(seed)
{
}

// Of few names, so that they meet; in existing directories, but sometimes not.
std::string ModelPlayer::path()
{
    constexpr std::array kNames = {"a", "b", "c", "a:b", "%dot", "ü b", "%value"};
    std::string result;
    for (std::size_t depth = 0; depth < 4; ++depth) {
        const auto* const name = kNames.at(below(result.empty() ? kNames.size() - 1 : kNames.size()));
        result += (result.empty() ? "" : "/") + std::string(name);
        const auto node = model_.find(result);
        if (!node || node->type != fs::Type::directory || chance(3)) {
            break;
        }
    }
    return chance(10) ? result + "/x" : result;
}

std::string ModelPlayer::text()
{
    return std::string(below(chance(10) ? 20'000 : 20), static_cast<char>('a' + below(26)));
}

std::string ModelPlayer::key_of(const std::string& path) const
{
    const auto whole = name_.empty() ? path : name_ + '/' + path;
    return *fs::key_of_path(whole, [](auto, auto, auto) { return std::nullopt; });
}

bool ModelPlayer::expect(const std::string& what, int answer, const Model& model)
{
    note(fmt::format("{}: {}", what, answer));
    if (!full_ || answer != ENOSPC) {
        EXPECT_EQ(answer, model()) << what;
    }
    return answer == 0;
}

void ModelPlayer::always(const std::string& what, int answer, const Model& model)
{
    note(fmt::format("{}: {}", what, answer));
    EXPECT_EQ(answer, model()) << what;
}

void ModelPlayer::open()
{
    const auto where = path();
    int flags = std::array{O_RDONLY, O_WRONLY, O_RDWR}.at(below(3));
    for (const auto& [flag, of] :
         {std::pair{O_CREAT, 2}, {O_EXCL | O_CREAT, 6}, {O_TRUNC, 4}, {O_APPEND, 4}, {O_SYNC, 10}, {O_NOFOLLOW, 8}}) {
        flags |= chance(static_cast<std::size_t>(of)) ? flag : 0;
    }
    const bool there = model_.find(where) != nullptr;
    const int number = ::open(at(where).c_str(), flags | O_CLOEXEC, 0644);
    ModelPtr node;
    const bool done = expect(fmt::format("open {} {:o}", where, flags), errno_of(number),
                             [&] { return model_.open(where, flags, node); });
    if (done && node) {
        story_.back() += fmt::format(" as {}", number);
        opened(OpenFile(number, flags, node), !there);
    }
}

void ModelPlayer::opened(OpenFile file, bool created)
{
    if (file.node()->type == fs::Type::directory) {
        return;
    }
    if (created) {
        ledger_.created(file.node());
    } else if (file.truncates()) {
        ledger_.truncated_by_open(file.node());
    } else if (file.may_write()) {
        ledger_.opened_for_writing(file.node());
    }
    open_.push_back(std::move(file));
}

void ModelPlayer::make()
{
    const auto where = path();
    if (chance(3)) {
        expect("symlink " + where, errno_of(::symlink("missing/x", at(where).c_str())),
               [&] { return model_.symlink("missing/x", where); });
    } else {
        expect("mkdir " + where, errno_of(::mkdir(at(where).c_str(), 0755)), [&] { return model_.mkdir(where); });
    }
}

void ModelPlayer::remove()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (chance(2)) {
        always("rmdir " + where, errno_of(::rmdir(at(where).c_str())), [&] { return model_.rmdir(where); });
        return;
    }
    always("unlink " + where, errno_of(::unlink(at(where).c_str())), [&] { return model_.unlink(where); });
    if (!model_.find(where)) {
        ledger_.removed(node);
    }
}

void ModelPlayer::move()
{
    const auto from = path();
    const auto to = path();
    const auto [mode, flags] = std::array<std::pair<RenameMode, unsigned>, 4>{
        {{RenameMode::replace, 0},
         {RenameMode::replace, 0},
         {RenameMode::no_replace, RENAME_NOREPLACE},
         {RenameMode::exchange,
          RENAME_EXCHANGE}}}.at(below(4));
    const auto source = model_.find(from);
    const auto target = model_.find(to);
    const int answer = errno_of(::renameat2(AT_FDCWD, at(from).c_str(), AT_FDCWD, at(to).c_str(), flags));
    const bool done = expect(fmt::format("rename {} {} {}", from, to, flags), answer,
                             [&, mode = mode] { return model_.rename(from, to, mode); });
    if (done && source != target) {
        ledger_.acknowledged(source);
        mode == RenameMode::exchange ? ledger_.acknowledged(target) : ledger_.removed(target);
    }
}

// Of mode, time or size, by name.
void ModelPlayer::change()
{
    const auto where = path();
    const auto node = model_.find(where);
    bool done = false;
    if (chance(3)) {
        const auto size = below(30);
        done = expect(fmt::format("truncate {} {}", where, size),
                      errno_of(::truncate(at(where).c_str(), static_cast<off_t>(size))),
                      [&] { return model_.truncate(where, size); });
        if (done) {
            ledger_.time_moved(node);
        }
    } else if (chance(2)) {
        const auto mode = static_cast<std::uint32_t>(0600 | below(0200));
        done = expect(fmt::format("chmod {} {:o}", where, mode), errno_of(::chmod(at(where).c_str(), mode)),
                      [&] { return model_.chmod(where, mode); });
    } else if (node && node->type == fs::Type::file) {
        const auto time = static_cast<std::int64_t>(below(4'000'000'000)) * 1'000'000'007;
        const timespec spec{.tv_sec = time / 1'000'000'000, .tv_nsec = time % 1'000'000'000};
        const std::array times{spec, spec};
        done = this->done("utimens " + where, errno_of(::utimensat(AT_FDCWD, at(where).c_str(), times.data(), 0)));
        if (done) {
            ledger_.time_set(node, time);
        }
    }
    if (done && node && node->type == fs::Type::file) {
        ledger_.changed_by_name(node, open_for_writing(node));
    }
}

void ModelPlayer::refused()
{
    const auto where = path();
    const auto other = path();
    expect("mkfifo " + where, errno_of(::mkfifo(at(where).c_str(), 0644)), [&] { return model_.mkfifo(where); });
    expect(fmt::format("link {} {}", other, where), errno_of(::link(at(other).c_str(), at(where).c_str())),
           [&] { return model_.link(other, where); });
}

// A mapping has nobody to tell that the disk is full.
void ModelPlayer::write(OpenFile& file)
{
    const auto bytes = text();
    const auto offset = below(chance(10) ? 50'000 : 40);
    const bool maps = !full_ && chance(6);
    const auto what =
        fmt::format("{} {} bytes at {} of {}", maps ? "map" : "write", bytes.size(), offset, file.number());
    if (bytes.empty() || (maps && !file.may_map(offset))) {
        return;
    }
    if (!done(what, maps ? file.write_through_mapping(bytes, offset) : file.write(bytes, offset))) {
        lost_ = file.node();
        return;
    }
    ledger_.time_moved(file.node());
    ledger_.changed(file.node());
    if (file.write_is_synced()) {
        ledger_.acknowledged(file.node());
    }
}

void ModelPlayer::resize(OpenFile& file)
{
    const auto size = below(60);
    if (done(fmt::format("ftruncate {} {}", file.number(), size),
             errno_of(::ftruncate(file.number(), static_cast<off_t>(size))))) {
        file.node()->content.resize(size);
        ledger_.time_moved(file.node());
        ledger_.changed(file.node());
    }
}

void ModelPlayer::use_handle()
{
    if (open_.empty()) {
        return;
    }
    auto& file = open_.at(below(open_.size()));
    switch (file.may_write() ? below(6) : below(2)) {
        case 0:
            always(fmt::format("fsync {}", file.number()),
                   errno_of(chance(2) ? ::fsync(file.number()) : ::fdatasync(file.number())), [] { return 0; });
            ledger_.acknowledged(file.node());
            break;
        case 1:
            open_.push_back(file.duplicate());
            note(fmt::format("dup to {}", open_.back().number()));
            break;
        case 2:
            resize(file);
            break;
        default:
            write(file);
    }
    if (!has_lost()) {
        open_.at(below(open_.size())).expect_content();
    }
}

void ModelPlayer::close_one()
{
    if (open_.empty()) {
        return;
    }
    const auto which = open_.begin() + static_cast<std::ptrdiff_t>(below(open_.size()));
    const auto what = fmt::format("close {}", which->number());
    always(what, which->close(), [] { return 0; });
    if (which->may_write()) {
        ledger_.closed_by_writer(which->node());
    }
    open_.erase(which);
}

// Of a listing that takes long, while names that it need not tell come and go.
void ModelPlayer::list_in_pieces()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (!node || node->type != fs::Type::directory) {
        return;
    }
    note("list " + where);
    std::vector<std::string> expected;
    std::ranges::transform(node->entries, std::back_inserter(expected), [](const auto& entry) { return entry.first; });
    const auto churn = at(where) + "/churn";
    int round = 0;
    auto names = names_in(at(where), [&] {
        ::close(::open((churn + std::to_string(++round)).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
        ::unlink((churn + std::to_string(round - 2)).c_str());
    });
    std::erase_if(names, [](const auto& name) { return name.starts_with("churn"); });
    EXPECT_THAT(names, testing::UnorderedElementsAreArray(expected));
    ::unlink((churn + std::to_string(round - 1)).c_str());
    ::unlink((churn + std::to_string(round)).c_str());
}

// Of a directory, or of the store: what is pending there becomes a record.
void ModelPlayer::sync_others()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (!node || node->type != fs::Type::directory) {
        sync_all();
        return;
    }
    const int number = ::open(at(where).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (done("fsync of " + where, errno_of(::fsync(number)))) {
        for (const auto& [name, file] : node->entries) {
            if (file->type == fs::Type::file) {
                ledger_.synced_with_others(file);
            }
        }
    }
    ::close(number);
}

void ModelPlayer::sync_all()
{
    if (control("sync")) {
        for_each_file([this](const std::string&, const ModelPtr& file) { ledger_.synced_with_others(file); });
    }
}

// Not by a program: what it inherits is closed when it starts, and a close is a flush.
bool ModelPlayer::control(const std::string& file, std::string_view text)
{
    const int number = ::open((mount_ + "/.control/" + file).c_str(), O_WRONLY | O_CLOEXEC);
    const bool taken = ::write(number, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int answer = taken ? 0 : errno;
    ::close(number);
    return done(fmt::format("{}: {} bytes", file, text.size()), answer);
}

void ModelPlayer::set_by_apply()
{
    set_beside([this](const std::string& key, const std::string& value) {
        return control("apply", fmt::format("{{\"cmd\":\"Set\",\"key\":\"{}\",\"value\":\"{}\"}}\n", key, value));
    });
}

void ModelPlayer::step()
{
    using Step = void (ModelPlayer::*)();
    using T = ModelPlayer;
    constexpr std::array<Step, 17> kSteps = {
        &T::open,       &T::open,      &T::open,      &T::make,           &T::make,       &T::remove,
        &T::remove,     &T::move,      &T::move,      &T::change,         &T::use_handle, &T::use_handle,
        &T::use_handle, &T::close_one, &T::close_one, &T::list_in_pieces, &T::sync_others};
    if (has_lost()) {
        return;
    }
    if (chance(60)) {
        control("compact");
    } else if (chance(60)) {
        set_by_apply();
    } else if (chance(20)) {
        refused();
    } else {
        (this->*kSteps.at(below(kSteps.size())))();
    }
    if (!has_lost() && chance(4)) {
        compare();
    }
}

void ModelPlayer::close_all()
{
    while (!open_.empty()) {
        close_one();
    }
}

void ModelPlayer::handles_were_inherited()
{
    for (const auto& file : open_) {
        if (file.may_write()) {
            ledger_.closed_by_writer(file.node());
        }
    }
}

// What another writer of the store may do, but no mount: values of directories, and keys under those of files.
void ModelPlayer::write_as_another(const SetByKey& set)
{
    const auto where = path();
    const auto node = model_.find(where);
    if (has_lost() || !node || ledger_.is_awaited(node) || where.ends_with(fs::kValueName) ||
        node->entries.contains(std::string(fs::kValueName))) {
        return;
    }
    const bool directory = node->type == fs::Type::directory;
    const auto key = directory ? key_of(where) : key_of(where) + ":b";
    note(fmt::format("set {} meanwhile", key));
    set(key, "kvs");
    if (directory) {
        model_.set_value(where, "kvs");
    } else {
        model_.set_below(where, "b", "kvs");
        ledger_.removed(node);  // it is a directory now
    }
}

// Of a file that is open the buffer would win, so of one that is not.
bool ModelPlayer::may_be_set_beside(const std::string& path) const
{
    const auto node = model_.find(path);
    const bool open = std::ranges::any_of(open_, [&](const OpenFile& file) { return file.node() == node; });
    const bool has_value =
        node && node->type == fs::Type::directory && node->entries.contains(std::string(fs::kValueName));
    return !path.ends_with(fs::kValueName) && !has_value && (!node || (node->type != fs::Type::link && !open));
}

// The mount forgets what it knew. What a close has not stored yet would come after it.
void ModelPlayer::set_beside(const SetByKey& set)
{
    const auto where = path();
    if (!may_be_set_beside(where)) {
        return;
    }
    sync_all();
    auto node = model_.find(where);
    const bool created = !node;
    const bool directory = node && node->type == fs::Type::directory;
    if (created && model_.open(where, O_CREAT | O_EXCL | O_WRONLY, node) != 0) {
        return;
    }
    const auto value = text();
    note(fmt::format("set {} beside: {} bytes", where, value.size()));
    if (!set(key_of(where), value)) {
        if (created) {
            model_.unlink(where);
        }
        return;
    }
    if (directory) {
        model_.set_value(where, value);
        node = model_.find(where + '/' + std::string(fs::kValueName));
    }
    node->content = value;
    ledger_.created(node);
    ledger_.acknowledged(node);
}

void ModelPlayer::for_each_file(const std::function<void(const std::string&, const ModelPtr&)>& act)
{
    for (const auto& [path, description] : model_.tree()) {
        if (const auto node = model_.find(path); node->type == fs::Type::file) {
            act(path, node);
        }
    }
}

bool ModelPlayer::open_for_writing(const ModelPtr& file) const
{
    return std::ranges::any_of(open_, [&](const OpenFile& open) { return open.may_write() && open.node() == file; });
}

// Cleanly; but of a file whose write was lost, or not made yet, its old value stands.
void ModelPlayer::remounted()
{
    const auto tree = walk(directory_);
    for_each_file([&](const std::string& path, const ModelPtr& file) {
        file == lost_ || ledger_.is_awaited(file) ? settle(path, file, tree) : ledger_.remounted(file);
    });
    lost_.reset();
}

void ModelPlayer::crashed()
{
    const auto tree = walk(directory_);
    for_each_file([&](const std::string& path, const ModelPtr& file) { settle(path, file, tree); });
    lost_.reset();
}

// What the mount has of it must be possible, and is what it is from now on.
void ModelPlayer::settle(const std::string& path, const ModelPtr& file, const std::map<std::string, Found>& tree)
{
    const auto found = tree.find(path);
    const auto version = found == tree.end() ? std::nullopt : std::optional(found->second.version());
    EXPECT_TRUE(ledger_.survives_as(file, version))
        << path << " is " << (version ? describe(file->type, version->mode, version->content) : "gone")
        << " and may be\n"
        << ledger_.told(file);
    if (!version) {
        model_.unlink(path);
        ledger_.removed(file);
    }
}

void ModelPlayer::compare()
{
    std::map<std::string, std::string> tree;
    for (const auto& [path, found] : walk(directory_)) {
        tree[path] = describe(found.type, found.mode, found.content);
        const auto time = ledger_.mtime(model_.find(path));
        EXPECT_TRUE(!time || time == found.mtime) << path << " has time " << found.mtime;
    }
    EXPECT_EQ(tree, model_.tree());
}

std::string ModelPlayer::story() const
{
    return fmt::format("{}:\n{}\n", directory_, fmt::join(story_, "\n"));
}

}  // namespace bytestore::test
