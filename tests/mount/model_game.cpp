#include "tests/mount/model_game.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

namespace bytestore::test {
namespace {

constexpr int kStepsInRound = 25;

// Takes every block that is left. (No program does it: what it inherits is closed when it starts, and a close is a
// flush.)
void write_until_full(const std::string& path)
{
    const int number = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    const std::string block(4096, 'x');
    while (::write(number, block.data(), block.size()) > 0) {
    }
    EXPECT_EQ(errno, ENOSPC);
    ::close(number);
}

}  // namespace

void ModelGame::SetUp()
{
    ASSERT_EQ(::mkdir(data().c_str(), 0755), 0);
    ASSERT_EQ(::mount("tmpfs", data().c_str(), "tmpfs", 0, "size=32M"), 0);
}

void ModelGame::TearDown()
{
    unmount();
    EXPECT_EQ(::umount2(data().c_str(), 0), 0);
}

// On an empty store, whose segments roll and are compacted all the time.
void ModelGame::restart()
{
    if (mount().running()) {
        unmount();
    }
    for (const auto& entry : std::filesystem::directory_iterator(data())) {
        std::filesystem::remove_all(entry);
    }
    options_ = {"-o", std::string("segment_size=4K,compact_threshold=20,sync=") +
                          std::array{"always", "interval", "never"}.at(below(3))};
    start(options_);
}

// One alone plays in the root.
void ModelGame::gather(std::size_t players)
{
    players_.clear();
    for (std::size_t i = 0; i < players; ++i) {
        const auto name = players == 1 ? "" : "player" + std::to_string(i);
        std::filesystem::create_directory(root() + '/' + name);
        players_.push_back(std::make_unique<ModelPlayer>(root(), name, random_()));
    }
}

void ModelGame::each(const std::function<void(ModelPlayer&)>& act) const
{
    std::ranges::for_each(players_, [&](const auto& player) { act(*player); });
}

void ModelGame::play_round() const
{
    std::vector<std::jthread> threads;
    each([&](ModelPlayer& player) {
        threads.emplace_back([&player] {
            for (int i = 0; i < kStepsInRound && !testing::Test::HasFailure(); ++i) {
                player.step();
            }
        });
    });
}

void ModelGame::play(std::uint32_t seed, std::size_t players, int rounds)
{
    random_.seed(seed);
    restart();
    gather(players);
    for (int i = 0; i < rounds && !HasFailure(); ++i) {
        play_round();
        disturb();
        each([](ModelPlayer& player) { player.compare(); });
    }
    each([](ModelPlayer& player) { player.close_all(); });
    end_and_start(chance(2));
    each([](ModelPlayer& player) { player.compare(); });
    if (HasFailure()) {
        std::cerr << "BYTESTORE_SEED=" << seed << ":\n";
        each([](ModelPlayer& player) { std::cerr << player.story(); });
    }
}

void ModelGame::disturb()
{
    switch (below(6)) {
        case 0:
        case 1:
            set_beside();
            break;
        case 2:
            fill_the_disk();
            break;
        case 3:
            crash_and_start();
            break;
        default:
            end_and_start(chance(2));
    }
}

void ModelGame::set_beside()
{
    somebody().set_beside([this](const std::string& key, const std::string& value) {
        const bool done = kvs_set(key, value);
        each([](ModelPlayer& player) { player.handles_were_inherited(); });
        return done;
    });
}

bool ModelGame::kvs_set(const std::string& key, const std::string& value) const
{
    const auto done = run({KVS, "--dir", data(), "set", key, value});
    EXPECT_EQ(done.status, 0) << done.err;
    return done.status == 0;
}

// Afterwards there is space again, for this daemon or for another.
void ModelGame::fill_the_disk()
{
    each([](ModelPlayer& player) {
        player.note("full disk");
        player.disk_is_full(true);
    });
    const auto ballast = data() + "/ballast";
    write_until_full(ballast);
    play_round();
    each([](ModelPlayer& player) { player.has_lost() ? void() : player.compare(); });
    std::filesystem::remove(ballast);
    each([](ModelPlayer& player) {
        player.note("space again");
        player.disk_is_full(false);
    });
    const bool lost = std::ranges::any_of(players_, [](const auto& player) { return player->has_lost(); });
    if (lost || chance(2)) {
        chance(2) ? crash_and_start() : end_and_start(true);
    }
}

// By umount, or by a signal while files are open: either makes a record of everything.
void ModelGame::end_and_start(bool by_signal)
{
    each([&](ModelPlayer& player) {
        player.note(by_signal ? "SIGTERM" : "unmount");
        by_signal ? void() : player.close_all();
    });
    if (by_signal) {
        EXPECT_EQ(mount().end_by(SIGTERM), 0) << mount().log();
        each([](ModelPlayer& player) { player.lose_handles(); });
    } else {
        unmount();
    }
    if (chance(2)) {
        somebody().write_as_another([this](const auto& key, const auto& value) { return kvs_set(key, value); });
    }
    start(options_);
    each([](ModelPlayer& player) { player.remounted(); });
}

void ModelGame::crash_and_start()
{
    mount().kill9();
    each([](ModelPlayer& player) {
        player.note("kill -9");
        player.lose_handles();
    });
    start(options_);
    each([](ModelPlayer& player) { player.crashed(); });
}

}  // namespace bytestore::test
