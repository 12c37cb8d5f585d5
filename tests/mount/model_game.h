// The game of the model test: some players (model_player.h) at once on one mount, each in a thread, with remounts, the
// death of the daemon, a full disk and other writers of the store in between.
#pragma once

#include "tests/mount/model_player.h"
#include "tests/mount/mount_test.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace bytestore::test {

class ModelGame : public StoreOnDisk {
protected:
    // The store is on a disk of its own, which is easily filled.
    void SetUp() override;
    void TearDown() override;

    // On a new store; says the seed and the calls if it fails. Of one player a seed repeats all of it; of several, what
    // each does.
    void play(std::uint32_t seed, std::size_t players, int rounds);

private:
    using Players = std::vector<std::unique_ptr<ModelPlayer>>;

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    bool chance(std::size_t of) { return below(of) == 0; }
    void restart();
    void gather(std::size_t players);
    void each(const std::function<void(ModelPlayer&)>& act) const;
    ModelPlayer& somebody() { return *players_.at(below(players_.size())); }
    void play_round() const;

    void disturb();
    void set_beside();
    void fill_the_disk();
    void end_and_start(bool by_signal);
    void crash_and_start();
    bool kvs_set(const std::string& key, const std::string& value) const;

    std::mt19937 random_;
    std::vector<std::string> options_;
    Players players_;
};

}  // namespace bytestore::test
