// The game of the model test: random system calls on a real mount and on a model of it, which must never tell them
// apart, with remounts, compaction and the death of the daemon among them.
#pragma once

#include "tests/mount/crash_ledger.h"
#include "tests/mount/mount_test.h"
#include "tests/mount/open_file.h"
#include "tests/mount/posix_model.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::test {

class ModelGame : public StoreOnDisk {
protected:
    // On a new store; says the seed and the calls if it fails.
    void play(std::uint32_t seed, int steps);

private:
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    bool chance(std::size_t of) { return below(of) == 0; }
    std::string path();
    std::string text();
    std::string at(const std::string& path) const { return root() + '/' + path; }
    // The call's errno must be the model's.
    void expect(const std::string& what, int answer, int expected);

    // Each makes a call and checks it: model_game.cpp.
    void step();
    void open();
    void make();
    void remove();
    void move();
    void change();
    void refused();
    void use_handle();
    void write(OpenFile& file);
    void close_one();
    void list_in_pieces();
    void sync_others();
    void sync_all();

    // And what happens to the whole mount: model_disturbances.cpp.
    void disturb();
    void control(const std::string& file, std::string_view text = "1");
    void restart();
    void end_and_start();
    void crash_and_start();
    void write_as_another();
    void set_beside();
    void set_by_kvs_or_apply(const std::string& key, const std::string& value);
    void close_all();

    void for_each_file(const std::function<void(const ModelPtr&)>& act);
    bool open_for_writing(const ModelPtr& file) const;
    void compare();

    std::mt19937 random_;
    PosixModel model_;
    CrashLedger ledger_;
    std::vector<OpenFile> open_;
    std::vector<std::string> options_;
    std::vector<std::string> story_;
};

}  // namespace bytestore::test
