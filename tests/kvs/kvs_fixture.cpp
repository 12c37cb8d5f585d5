#include "tests/kvs/kvs_fixture.h"

#include "fs/mapping.h"
#include "tools/kvs.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace bytestore::tools {

TempDir::TempDir()
{
    std::string name = (std::filesystem::temp_directory_path() / "kvs-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no temporary directory " + name);
    }
    path_ = std::filesystem::canonical(name);
}

TempDir::~TempDir()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void PrintTo(const Outcome& run, std::ostream* out)
{
    *out << "exit " << run.exit << "\nstdout: " << run.out << "\nstderr: " << run.err;
}

Outcome prints(const std::string& out)
{
    return {0, out, ""};
}

Outcome not_found(const std::string& key)
{
    return {2, "", "(nil)  key not found: " + key + "\n"};
}

Outcome run_bare(const Args& args, const std::string& input)
{
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Io io{in, out, err};
    const int exit = run_kvs(args, io);
    return {exit, out.str(), err.str()};
}

std::string read_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.is_open()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

namespace {

std::unique_ptr<Store> open_as_daemon(const std::filesystem::path& directory)
{
    Options options;
    options.is_hidden = fs::is_marker;
    auto opened = Store::open(directory.string(), std::move(options));
    if (!opened) {
        throw std::runtime_error(opened.error().message);
    }
    return std::move(*opened);
}

}  // namespace

ServedStore::ServedStore(const std::filesystem::path& directory, std::chrono::milliseconds patience)
    : store_(open_as_daemon(directory)), backend_(*store_)
{
    remote::ServerSettings settings;
    settings.mount_point = "/the/mount";
    settings.patience = patience;
    auto server =
        remote::Server::start(directory.string(), store_->directory_info().inode, backend_, std::move(settings));
    if (!server) {
        throw std::runtime_error(server.error().message);
    }
    server_ = std::move(*server);
}

Args KvsTest::with_dir(const Args& args) const
{
    Args all{"--dir", store().string()};
    all.insert(all.end(), args.begin(), args.end());
    return all;
}

Outcome KvsTest::kvs(const Args& args, const std::string& input) const
{
    return run_bare(with_dir(args), input);
}

Outcome KvsTest::kvs_to(std::ostream& out, const Args& args) const
{
    std::istringstream in;
    std::ostringstream err;
    Io io{in, out, err};
    const int exit = run_kvs(with_dir(args), io);
    return {exit, "", err.str()};
}

std::unique_ptr<Store> KvsTest::open_store() const
{
    auto opened = Store::open(store().string(), Options());
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
}

void KvsTest::set_link(const std::string& key, const std::string& target) const
{
    const auto opened = open_store();
    EXPECT_TRUE(opened->set(key, target, Meta(), Kind::link));
    EXPECT_TRUE(opened->close());
}

void KvsTest::damage(const std::string& text) const
{
    for (const auto& entry : std::filesystem::directory_iterator(store())) {
        std::string bytes = entry.path().filename().string().starts_with("log-") ? read_file(entry.path()) : "";
        const auto at = bytes.find(text);
        if (at != std::string::npos) {
            bytes[at + text.size() / 2] ^= 1;
            write_file(entry.path(), bytes);
            return;
        }
    }
    FAIL() << "no segment holds " << text;
}

}  // namespace bytestore::tools
