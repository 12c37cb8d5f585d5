#include "tests/mount/model_game.h"

#include "tests/mount/tree_walk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>
#include <utility>

namespace bytestore::test {

using fs::RenameMode;

// Of few names, so that they meet; in existing directories, but sometimes not.
std::string ModelGame::path()
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

std::string ModelGame::text()
{
    return std::string(below(chance(10) ? 20'000 : 20), static_cast<char>('a' + below(26)));
}

void ModelGame::expect(const std::string& what, int answer, int expected)
{
    story_.push_back(fmt::format("{}: {}", what, answer));
    EXPECT_EQ(answer, expected) << what;
}

void ModelGame::open()
{
    const auto where = path();
    int flags = std::array{O_RDONLY, O_WRONLY, O_RDWR}.at(below(3));
    for (const auto& [flag, of] :
         {std::pair{O_CREAT, 2}, {O_EXCL | O_CREAT, 6}, {O_TRUNC, 4}, {O_APPEND, 4}, {O_SYNC, 10}, {O_NOFOLLOW, 8}}) {
        flags |= chance(static_cast<std::size_t>(of)) ? flag : 0;
    }
    const bool there = model_.find(where) != nullptr;
    ModelPtr node;
    const int expected = model_.open(where, flags, node);
    const int number = ::open(at(where).c_str(), flags | O_CLOEXEC, 0644);
    expect(fmt::format("open {} {:o}", where, flags), errno_of(number), expected);
    if (number < 0 || !node) {
        return;
    }
    story_.back() += fmt::format(" as {}", number);
    OpenFile file(number, flags, node);
    if (node->type == fs::Type::directory) {
        return;
    }
    if (!there) {
        ledger_.created(node);
    } else if ((flags & O_TRUNC) != 0) {
        ledger_.truncated_by_open(node);
    } else if (file.may_write()) {
        ledger_.opened_for_writing(node);
    }
    open_.push_back(std::move(file));
}

void ModelGame::make()
{
    const auto where = path();
    if (chance(3)) {
        expect("symlink " + where, errno_of(::symlink("missing/x", at(where).c_str())),
               model_.symlink("missing/x", where));
    } else {
        expect("mkdir " + where, errno_of(::mkdir(at(where).c_str(), 0755)), model_.mkdir(where));
    }
}

void ModelGame::remove()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (chance(2)) {
        expect("rmdir " + where, errno_of(::rmdir(at(where).c_str())), model_.rmdir(where));
        return;
    }
    expect("unlink " + where, errno_of(::unlink(at(where).c_str())), model_.unlink(where));
    if (!model_.find(where)) {
        ledger_.removed(node);
    }
}

void ModelGame::move()
{
    const auto from = path();
    const auto to = path();
    const auto mode =
        std::array{RenameMode::replace, RenameMode::replace, RenameMode::no_replace, RenameMode::exchange}.at(below(4));
    const unsigned flags = mode == RenameMode::replace      ? 0
                           : mode == RenameMode::no_replace ? RENAME_NOREPLACE
                                                            : RENAME_EXCHANGE;
    const auto source = model_.find(from);
    const auto target = model_.find(to);
    const int expected = model_.rename(from, to, mode);
    const int answer = errno_of(::renameat2(AT_FDCWD, at(from).c_str(), AT_FDCWD, at(to).c_str(), flags));
    expect(fmt::format("rename {} {} {}", from, to, flags), answer, expected);
    if (expected == 0 && source != target) {
        ledger_.acknowledged(source);
        mode == RenameMode::exchange ? ledger_.acknowledged(target) : ledger_.removed(target);
    }
}

// Of mode, time or size, by name.
void ModelGame::change()
{
    const auto where = path();
    const auto node = model_.find(where);
    int expected = 0;
    if (chance(3)) {
        const auto size = below(30);
        expected = model_.truncate(where, size);
        expect(fmt::format("truncate {} {}", where, size),
               errno_of(::truncate(at(where).c_str(), static_cast<off_t>(size))), expected);
        if (expected == 0) {
            ledger_.time_moved(node);
        }
    } else if (chance(2)) {
        const auto mode = static_cast<std::uint32_t>(0600 | below(0200));
        expected = model_.chmod(where, mode);
        expect(fmt::format("chmod {} {:o}", where, mode), errno_of(::chmod(at(where).c_str(), mode)), expected);
    } else if (node && node->type == fs::Type::file) {
        const auto time = static_cast<std::int64_t>(below(4'000'000'000)) * 1'000'000'007;
        const timespec spec{.tv_sec = time / 1'000'000'000, .tv_nsec = time % 1'000'000'000};
        const std::array times{spec, spec};
        expect("utimens " + where, errno_of(::utimensat(AT_FDCWD, at(where).c_str(), times.data(), 0)), 0);
        ledger_.time_set(node, time);
    }
    if (expected == 0 && node && node->type == fs::Type::file) {
        ledger_.changed_by_name(node, open_for_writing(node));
    }
}

void ModelGame::refused()
{
    const auto where = path();
    const auto other = path();
    expect("mkfifo " + where, errno_of(::mkfifo(at(where).c_str(), 0644)), model_.mkfifo(where));
    expect(fmt::format("link {} {}", other, where), errno_of(::link(at(other).c_str(), at(where).c_str())),
           model_.link(other, where));
}

void ModelGame::write(OpenFile& file)
{
    const auto bytes = text();
    const auto offset = below(chance(10) ? 50'000 : 40);

    const bool maps = chance(6);
    story_.push_back(
        fmt::format("{} {} bytes at {} of {}", maps ? "map" : "write", bytes.size(), offset, file.number()));
    const bool done = maps ? file.write_through_mapping(bytes, offset) : file.write(bytes, offset);
    if (done) {
        ledger_.time_moved(file.node());
        ledger_.changed(file.node());
    }
    if (done && file.write_is_synced()) {
        ledger_.acknowledged(file.node());
    }
}

void ModelGame::use_handle()
{
    if (open_.empty()) {
        return;
    }
    auto& file = open_.at(below(open_.size()));
    const auto size = below(60);
    switch (file.may_write() ? below(6) : below(2)) {
        case 0:
            expect(fmt::format("fsync {}", file.number()),
                   errno_of(chance(2) ? ::fsync(file.number()) : ::fdatasync(file.number())), 0);
            ledger_.acknowledged(file.node());
            break;
        case 1:
            open_.push_back(file.duplicate());
            story_.push_back(fmt::format("dup to {}", open_.back().number()));
            break;
        case 2:
            expect(fmt::format("ftruncate {} {}", file.number(), size),
                   errno_of(::ftruncate(file.number(), static_cast<off_t>(size))), 0);
            file.node()->content.resize(size);
            ledger_.time_moved(file.node());
            ledger_.changed(file.node());
            break;
        default:
            write(file);
    }
    open_.at(below(open_.size())).expect_content();
}

void ModelGame::close_one()
{
    if (open_.empty()) {
        return;
    }
    const auto which = open_.begin() + static_cast<std::ptrdiff_t>(below(open_.size()));
    const int number = which->number();
    expect(fmt::format("close {}", number), which->close(), 0);
    if (which->may_write()) {
        ledger_.closed_by_writer(which->node());
    }
    open_.erase(which);
}

// Of a listing that takes long, while names that it need not tell come and go.
void ModelGame::list_in_pieces()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (!node || node->type != fs::Type::directory) {
        return;
    }
    story_.push_back("list " + where);
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
void ModelGame::sync_others()
{
    const auto where = path();
    const auto node = model_.find(where);
    if (node && node->type == fs::Type::directory) {
        const int number = ::open(at(where).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        expect("fsync of " + where, errno_of(::fsync(number)), 0);
        ::close(number);
        for (const auto& [name, file] : node->entries) {
            if (file->type == fs::Type::file) {
                ledger_.synced_with_others(file);
            }
        }
    } else {
        sync_all();
    }
}

void ModelGame::sync_all()
{
    control("sync");
    for_each_file([this](const ModelPtr& file) { ledger_.synced_with_others(file); });
}

void ModelGame::step()
{
    using Step = void (ModelGame::*)();
    using T = ModelGame;
    constexpr std::array<Step, 17> kSteps = {
        &T::open,       &T::open,      &T::open,      &T::make,           &T::make,       &T::remove,
        &T::remove,     &T::move,      &T::move,      &T::change,         &T::use_handle, &T::use_handle,
        &T::use_handle, &T::close_one, &T::close_one, &T::list_in_pieces, &T::sync_others};
    if (chance(25)) {
        disturb();
    } else if (chance(20)) {
        refused();
    } else {
        (this->*kSteps.at(below(kSteps.size())))();
    }
    if (chance(4)) {
        compare();
    }
}

void ModelGame::play(std::uint32_t seed, int steps)
{
    random_.seed(seed);
    model_ = {};
    ledger_.clear();
    story_.clear();
    restart();
    for (int i = 0; i < steps && !HasFailure(); ++i) {
        step();
    }
    close_all();
    compare();
    end_and_start();
    compare();
    if (HasFailure()) {
        std::cerr << fmt::format("BYTESTORE_SEED={}:\n{}\n", seed, fmt::join(story_, "\n"));
    }
}

}  // namespace bytestore::test
