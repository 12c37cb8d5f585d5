// Whatever crowds do, others are served.
#include "tests/remote/served_store.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <ranges>
#include <thread>
#include <vector>

namespace bytestore::remote {
namespace {

using Clients = std::vector<std::unique_ptr<RawClient>>;

constexpr uid_t kNobody = 65534;
// Nobody is closed for that.
constexpr std::chrono::hours kAnHour{1};
// Longer than a client that wants service is kept waiting by a busy machine.
constexpr std::chrono::milliseconds kStall{300};
constexpr std::size_t kLarge = std::size_t{8} << 20;
constexpr std::size_t kSome = std::size_t{512} << 10;  // is much, but not so much as to earn time

class CrowdTest : public ServedStore {
protected:
    void SetUp() override
    {
        for (const auto& path : {temporary_.path(), std::filesystem::path(directory())}) {
            std::filesystem::permissions(path, std::filesystem::perms(0755));
        }
        ASSERT_TRUE(store_->set("large", std::string(kLarge, 'x'), {}));
    }
    // Connections that have all sent that and no more.
    void crowd(std::size_t count, std::string_view bytes)
    {
        for (std::size_t i = 0; i < count; ++i) {
            clients_.push_back(std::make_unique<RawClient>(directory()));
            clients_.back()->send(bytes);
        }
    }
    void crowd_of(uid_t user, std::size_t count, std::string_view bytes)
    {
        if (!as_user(user, [&] { crowd(count, bytes); })) {
            GTEST_SKIP() << "only root can become another user";
        }
    }
    void expect_service_of(uid_t user)
    {
        as_user(user, [this] {
            const auto client = connect();
            ASSERT_TRUE(client);
            EXPECT_TRUE(client->get("large"));
            EXPECT_EQ(client->set("k", "v").error().code, Errc::access_denied);
        });
    }

    Clients clients_;
};

// What can be begun and left there.
std::vector<std::string> halves()
{
    const auto set = frame({{"do", "set"}, {"key", "k"}}, std::string(kLarge, 'x'));
    const auto batch =
        frame({{"do", "batch"}, {"parts", 2}}) +
        frame({{"do", "set"}, {"key", "a"}, {"kind", "bytes"}, {"meta", {{"mtime", 1}}}}, std::string(kSome, 'x'));
    return {"", "B", set.substr(0, 60), set.substr(0, kSome), batch, frame({{"do", "get"}, {"key", "large"}})};
}

TEST_F(CrowdTest, SilentConnectionsMakeWay)
{
    start({.patience = kAnHour});
    crowd(500, "");
    expect_service();
    EXPECT_TRUE(clients_.front()->was_dismissed());
    clients_.clear();
    expect_service();
}

TEST_F(CrowdTest, ThoseThatStopHalfWayKeepNobodyOut)
{
    for (const auto& half : halves()) {
        start({.max_connections = 8, .workers = 2, .patience = kAnHour, .stall = kStall});
        crowd(16, half);
        expect_service();
        clients_.clear();
    }
}

TEST_F(CrowdTest, OthersThatStopHalfWayKeepNobodyOut)
{
    for (const auto& half : halves()) {
        start({.max_connections = 8, .workers = 4, .patience = kAnHour, .stall = kStall});
        for (const uid_t user : {kNobody, kNobody - 1, kNobody - 2}) {
            crowd_of(user, 8, half);
        }
        expect_service();
        expect_service_of(kNobody - 3);
        clients_.clear();
    }
}

// Even those that may stall for as long as they like.
TEST_F(CrowdTest, OthersLeavePlacesToTheDaemonsUser)
{
    start({.workers = 4, .patience = kAnHour, .stall = kAnHour});
    for (const uid_t user : {kNobody, kNobody - 1, kNobody - 2}) {
        crowd_of(user, 4, frame({{"do", "get"}, {"key", "large"}}));
    }
    expect_service();
}

TEST_F(CrowdTest, ThoseOfWhomThereAreMostMakeWay)
{
    start({.max_connections = 8, .patience = kAnHour});
    const auto mine = connect();
    crowd_of(kNobody - 1, 2, "");
    crowd_of(kNobody, 100, "B");
    crowd_of(kNobody - 2, 1, "B");
    const auto is_gone = [this](std::size_t client) {
        return ready_within(clients_[client]->channel().descriptor(), 0, std::chrono::milliseconds(0));
    };
    const auto many = std::views::iota(std::size_t{2}, std::size_t{102});
    while (std::ranges::count_if(many, is_gone) < 90) {  // of a hundred; which ones is the order of their bytes
        std::this_thread::yield();
    }
    EXPECT_TRUE(mine->set("k", "v"));
    for (const std::size_t spared : {0, 1, 102}) {
        EXPECT_FALSE(is_gone(spared));
    }
}

TEST_F(CrowdTest, ManyUsersLeaveConnectionsToTheDaemonsUser)
{
    start({.max_connections = 8, .patience = kAnHour});
    const std::vector<std::unique_ptr<RemoteBackend>> mine = [this] {
        std::vector<std::unique_ptr<RemoteBackend>> clients;
        clients.push_back(connect());
        clients.push_back(connect());
        return clients;
    }();
    for (uid_t user = kNobody; user > kNobody - 50; --user) {
        crowd_of(user, 1, "B");
    }
    expect_service();
    for (const auto& client : mine) {
        EXPECT_TRUE(client->set("k", "v"));
    }
}

}  // namespace
}  // namespace bytestore::remote
