// Runs kvs in this process, on a store in a directory of its own.
#pragma once

#include "engine/store.h"
#include "fs/remote/server.h"
#include "fs/remote/store_backend.h"
#include "tools/kvs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace bytestore::tools {

class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

struct Outcome {
    int exit = 0;
    std::string out;
    std::string err;
    bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& run, std::ostream* out);

// What a run that has nothing to complain about looks like.
Outcome prints(const std::string& out);
Outcome not_found(const std::string& key);

using Args = std::vector<std::string>;

// With no --dir.
Outcome run_bare(const Args& args, const std::string& input = "");

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);

// A daemon's part for kvs, without a mount.
class ServedStore {
public:
    explicit ServedStore(const std::filesystem::path& directory,
                         std::chrono::milliseconds patience = remote::ServerSettings().patience);

    Store& store() { return *store_; }

private:
    std::unique_ptr<Store> store_;
    remote::StoreBackend backend_;
    std::unique_ptr<remote::Server> server_;
};

class KvsTest : public testing::Test {
protected:
    // Runs kvs on this test's store.
    Outcome kvs(const Args& args, const std::string& input = "") const;
    // The same with standard output given.
    Outcome kvs_to(std::ostream& out, const Args& args) const;
    // The same with all streams given; the exit code.
    int run_in(const Args& args, Io& io) const { return run_kvs(with_dir(args), io); }
    // The store itself, for what kvs cannot do. Only one at a time.
    std::unique_ptr<Store> open_store() const;
    void set_link(const std::string& key, const std::string& target) const;
    // Changes a byte in the middle of a value that was stored as `text`.
    void damage(const std::string& text) const;

    std::filesystem::path store() const { return dir_.path() / "kvs-data"; }
    std::filesystem::path file(const std::string& name) const { return dir_.path() / name; }

private:
    Args with_dir(const Args& args) const;

    TempDir dir_;
};

}  // namespace bytestore::tools
