// The store through a socket answers as the store itself.
#include "tests/remote/served_store.h"

#include <sys/stat.h>

#include <filesystem>
#include <set>

namespace bytestore::remote {
namespace {

using namespace std::string_literals;

using BackendTest = ServedStore;

Meta private_meta()
{
    Meta meta;
    meta.mode = 0600;
    return meta;
}

TEST_F(BackendTest, ValuesOfAnyBytesAndSizeReturn)
{
    const auto client = connect();
    for (const std::size_t size : {0U, 1U, 4096U, 70000U, 3U << 20}) {
        std::string value(size, 'x');
        for (std::size_t i = 0; i < size; i += 97) {
            value[i] = static_cast<char>(i);
        }
        ASSERT_TRUE(client->set("k", value));
        EXPECT_EQ((*client->get("k"))->bytes, value);
        EXPECT_EQ(*store_->get("k"), value);
    }
    EXPECT_FALSE(*client->get("none"));
    EXPECT_FALSE(*client->get("\xff"));
}

TEST_F(BackendTest, KeysOfEveryKindAreSetFoundAndRemoved)
{
    const auto client = connect();
    for (const auto& key : {"a"s, "a:b"s, ":"s, "a::"s, ".."s, "/"s, "%value"s, "a\nb"s, std::string(kMaxKeyBytes, 'k'),
                            std::string(kMaxKeyBytes, '\1'), "ключ"s}) {
        ASSERT_TRUE(client->set(key, key)) << key.substr(0, 9);
        EXPECT_EQ((*client->get(key))->bytes, key);
        EXPECT_TRUE(*client->remove(key));
        EXPECT_FALSE(*client->remove(key));
    }
}

TEST_F(BackendTest, ListingsOfManyPagesAreWhole)
{
    for (int i = 0; i < 2500; ++i) {
        ASSERT_TRUE(store_->set("k" + std::to_string(i) + std::string(i % 7 == 0 ? 3000 : 0, 'x'), "", {}));
    }
    const auto client = connect();
    std::vector<std::string> names;
    ListRequest request{.prefix = "k", .delimiter = {}, .after = {}, .limit = SIZE_MAX};
    for (auto page = *client->list(request); !page.empty(); page = *client->list(request)) {
        for (const auto& item : page) {
            names.push_back(item.name);
        }
        request.after = names.back();
    }
    EXPECT_EQ(names.size(), 2500U);
    EXPECT_TRUE(std::ranges::is_sorted(names));
}

TEST_F(BackendTest, APrefixMayEndInsideACharacter)
{
    ASSERT_TRUE(store_->set("ключ", "", {}));
    EXPECT_EQ(connect()->list({.prefix = "\xd0", .delimiter = {}, .after = {}, .limit = 5})->size(), 1U);
}

TEST_F(BackendTest, ABatchIsAllOrNothing)
{
    const auto client = connect();
    Batch good;
    good.set("a", "1", private_meta());
    good.set("l", "target", Meta{}, Kind::link);
    good.remove("none");
    ASSERT_TRUE(client->apply(good));
    EXPECT_EQ(store_->find("a")->entry().meta.mode, 0600U);
    EXPECT_EQ((*client->get("l"))->kind, Kind::link);
    Batch bad;
    bad.set("b", "1", Meta{});
    bad.set("", "1", Meta{});
    EXPECT_EQ(client->apply(bad).error().code, Errc::invalid);
    Batch reserved;
    reserved.set("b", "1", Meta{});
    reserved.set("a:\0x"s, "", Meta{});
    EXPECT_EQ(client->apply(reserved).error().code, Errc::invalid);
    EXPECT_FALSE(*client->get("b"));
    EXPECT_TRUE(*client->get("a"));
}

TEST_F(BackendTest, ErrorsAreThoseOfTheStore)
{
    const auto client = connect();
    for (const auto& key : {""s, "\xff"s, std::string(kMaxKeyBytes + 1, 'k'), "a:\0"s}) {
        const auto here = backend_->set(key, "x");
        const auto there = client->set(key, "x");
        EXPECT_EQ(there.error().code, here.error().code);
        EXPECT_EQ(there.error().message, here.error().message);
    }
}

TEST_F(BackendTest, StatsAndCompactionAreThoseOfTheStore)
{
    const auto client = connect();
    ASSERT_TRUE(client->set("k", "1"));
    ASSERT_TRUE(client->set("k", "2"));
    EXPECT_EQ(client->compact()->records_dropped, 1U);
    const auto stats = *client->stats();
    EXPECT_EQ(stats.live_keys, 1U);
    EXPECT_EQ(stats.disk_bytes, store_->stats().disk_bytes);
    EXPECT_EQ(stats.directory, directory());
    EXPECT_TRUE(client->sync());
    EXPECT_TRUE(client->close());
}

TEST_F(BackendTest, AnOverwrittenValueKeepsItsMode)
{
    ASSERT_TRUE(store_->set("k", "1", private_meta()));
    ASSERT_TRUE(connect()->set("k", "2"));
    EXPECT_EQ(store_->find("k")->entry().meta.mode, 0600U);
}

TEST_F(BackendTest, WithoutADaemonThereIsNothingToConnectTo)
{
    server_.reset();
    EXPECT_FALSE(std::filesystem::exists(directory() + "/SOCK"));
    EXPECT_EQ(connect(), nullptr);
    EXPECT_EQ(*RemoteBackend::connect(temporary_ / "none", std::chrono::seconds(9)), nullptr);
    std::filesystem::create_symlink("/dev/null", directory() + "/SOCK");
    EXPECT_EQ(connect(), nullptr);
}

TEST_F(BackendTest, ASocketThatADeadDaemonLeftIsReplaced)
{
    server_.reset();
    // A listener that is closed with its name still there.
    auto left = SocketFile::listen(directory(), store_->directory_info().inode);
    std::filesystem::rename(directory() + "/SOCK", directory() + "/kept");
    left->reset();
    std::filesystem::rename(directory() + "/kept", directory() + "/SOCK");
    EXPECT_EQ(connect(), nullptr);
    start();
    expect_service();
}

TEST_F(BackendTest, ADirectoryWhosePathIsTooLongForAnAddressIsServed)
{
    const auto deep = temporary_ / std::string(200, 'a').append("/").append(200, 'b');
    std::filesystem::create_directories(deep);
    const auto store = *Store::open(deep, {});
    StoreBackend backend(*store);
    const auto server = Server::start(deep, store->directory_info().inode, backend, {});
    ASSERT_TRUE(server) << server.error().message;
    const auto client = *RemoteBackend::connect(deep, std::chrono::seconds(60));
    ASSERT_TRUE(client);
    EXPECT_TRUE(client->set("k", "v"));
}

TEST_F(BackendTest, ADirectoryThatWasReplacedIsNotServed)
{
    server_.reset();
    std::filesystem::rename(directory(), temporary_ / "moved");
    std::filesystem::create_directory(directory());
    const auto server = Server::start(directory(), store_->directory_info().inode, *backend_, {});
    EXPECT_EQ(server.error().code, Errc::not_a_store);
    EXPECT_TRUE(std::filesystem::is_empty(directory()));
}

TEST_F(BackendTest, ANameThatIsTakenLeavesNothingBehind)
{
    server_.reset();
    std::filesystem::create_directory(directory() + "/SOCK");
    EXPECT_FALSE(Server::start(directory(), store_->directory_info().inode, *backend_, {}));
    EXPECT_FALSE(std::filesystem::exists(directory() + "/SOCK.new"));
}

}  // namespace
}  // namespace bytestore::remote
