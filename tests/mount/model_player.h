// Makes random system calls below a directory of a real mount and on a model of it, which must never tell them apart.
// Nobody else changes anything below that directory; what others do elsewhere, at the same time, must not be seen.
#pragma once

#include "tests/mount/crash_ledger.h"
#include "tests/mount/open_file.h"
#include "tests/mount/posix_model.h"
#include "tests/mount/tree_walk.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore::test {

class ModelPlayer {
public:
    // `directory` is there in the root of the mount, and empty; "" is the root itself.
    ModelPlayer(std::string mount, std::string directory, std::uint32_t seed);

    // Makes a call and checks it.
    void step();
    // On a full disk a call may also fail for lack of space, and then has changed nothing. But a write that fails so
    // has lost its file's buffer: the player does nothing more until the mount has come again.
    void disk_is_full(bool full) { full_ = full; }
    bool has_lost() const { return lost_ != nullptr; }
    void compare();

    // What happens to the whole mount. Before:
    void close_all();
    void lose_handles() { open_.clear(); }
    // All that was inherited by a program was closed when it started.
    void handles_were_inherited();
    // Then, before it is there again; `set` tells whether it did:
    using SetByKey = std::function<bool(const std::string& key, const std::string& value)>;
    void write_as_another(const SetByKey& set);
    // And after it has come again, cleanly or not.
    void remounted();
    void crashed();

    // Has a key set by somebody else beside the mount.
    void set_beside(const SetByKey& set);

    void note(std::string event) { story_.push_back(std::move(event)); }
    std::string story() const;

private:
    using Model = std::function<int()>;

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    bool chance(std::size_t of) { return below(of) == 0; }
    std::string path();
    std::string text();
    std::string at(const std::string& path) const { return directory_ + '/' + path; }
    std::string key_of(const std::string& path) const;
    // The call's errno must be the model's, which is asked unless the disk is full; then it has not happened. Whether
    // it has succeeded.
    bool expect(const std::string& what, int answer, const Model& model);
    bool done(const std::string& what, int answer)
    {
        return expect(what, answer, [] { return 0; });
    }
    // For what must be done on a full disk, too.
    void always(const std::string& what, int answer, const Model& model);

    void open();
    void make();
    void remove();
    void move();
    void change();
    void refused();
    void use_handle();
    void write(OpenFile& file);
    void resize(OpenFile& file);
    void close_one();
    void list_in_pieces();
    void sync_others();
    void sync_all();
    void set_by_apply();
    bool control(const std::string& file, std::string_view text = "1");

    void opened(OpenFile file, bool created);
    void settle(const std::string& path, const ModelPtr& file, const std::map<std::string, Found>& tree);
    void for_each_file(const std::function<void(const std::string& path, const ModelPtr&)>& act);
    bool open_for_writing(const ModelPtr& file) const;
    bool may_be_set_beside(const std::string& path) const;

    const std::string mount_;
    const std::string name_;
    const std::string directory_;
    std::mt19937 random_;
    bool full_ = false;
    ModelPtr lost_;
    PosixModel model_;
    CrashLedger ledger_;
    std::vector<OpenFile> open_;
    std::vector<std::string> story_;
};

}  // namespace bytestore::test
