// A server that closes a connection in order tells what it has not begun: exactly that may be asked again.
#include "tests/remote/served_store.h"

#include <array>
#include <atomic>
#include <thread>

namespace bytestore::remote {
namespace {

// Longer than a thread waits for a client that asks again at once.
constexpr std::chrono::milliseconds kAtRest{50};

class GoodbyeTest : public ServedStore {
protected:
    // Asks all that can be asked, each on a connection of its own, which `parted` ends before.
    void expect_nothing_begun(const std::function<void()>& parted) const
    {
        Batch batch;
        batch.set("k", std::string(1 << 20, 'x'), Meta());
        batch.remove("k");
        const std::vector<std::function<Error(RemoteBackend&)>> questions{
            [](RemoteBackend& client) { return client.get("k").error(); },
            [](RemoteBackend& client) { return client.set("k", "v").error(); },
            [](RemoteBackend& client) { return client.set("k", std::string(1 << 20, 'x')).error(); },
            [](RemoteBackend& client) { return client.remove("k").error(); },
            [&](RemoteBackend& client) { return client.apply(batch).error(); },
            [](RemoteBackend& client) { return client.close().error(); }};
        std::vector<std::unique_ptr<RemoteBackend>> clients;
        for (std::size_t i = 0; i < questions.size(); ++i) {
            clients.push_back(connect());
        }
        std::this_thread::sleep_for(kAtRest);
        parted();
        for (std::size_t i = 0; i < questions.size(); ++i) {
            const Error error = questions[i](*clients[i]);
            EXPECT_TRUE(not_begun(error) && !lost(error)) << i << ": " << error.message;
        }
        EXPECT_FALSE(store_->find("k"));
    }
};

TEST_F(GoodbyeTest, AConnectionThatHasRestedTooLongIsTold)
{
    start(std::chrono::milliseconds(100));
    expect_nothing_begun([this] { RawClient(directory()).rest(); });
    expect_service();
}

TEST_F(GoodbyeTest, ConnectionsThatMakeWayAreTold)
{
    start({.max_connections = 8});
    std::vector<std::unique_ptr<RawClient>> flood;
    expect_nothing_begun([&] {
        for (int i = 0; i < 100; ++i) {
            flood.push_back(std::make_unique<RawClient>(directory()));
        }
        EXPECT_TRUE(flood.front()->was_dismissed());
    });
    expect_service();
}

TEST_F(GoodbyeTest, AStopTellsEveryone)
{
    expect_nothing_begun([this] { server_->stop(); });
}

TEST_F(GoodbyeTest, AStopTellsThoseThatHaveBegunToAsk)
{
    const auto set = frame({{"do", "set"}, {"key", "half"}}, "value");
    const auto batch = frame({{"do", "batch"}, {"parts", 2}}) +
                       frame({{"do", "set"}, {"key", "a"}, {"kind", "bytes"}, {"meta", {{"mtime", 1}}}}, "x");
    for (const auto& half : {std::string("B"), set.substr(0, set.size() - 1), batch, batch + "BY"}) {
        start();
        const RawClient client(directory());
        client.send(half);
        expect_service();
        server_->stop();
        EXPECT_TRUE(client.was_dismissed());
    }
    EXPECT_FALSE(store_->find("half"));
    EXPECT_FALSE(store_->find("a"));
}

// Each client sets keys up to the one that was not begun.
TEST_F(GoodbyeTest, AStopAnswersWhatWasBegunAndTakesTheNameAway)
{
    for (int round = 0; round < 20; ++round) {
        start();
        const RawClient resting(directory());
        std::vector<std::jthread> clients;
        std::array<std::atomic<int>, 4> stored{};
        for (std::size_t i = 0; i < stored.size(); ++i) {
            clients.emplace_back([&, i] {
                const auto client = connect();
                const auto key = [&] {
                    return std::to_string(round * 10 + static_cast<int>(i)) + "-" + std::to_string(stored[i]);
                };
                auto set = client->set(key(), "v");
                for (; set; set = client->set(key(), "v")) {
                    ++stored[i];
                }
                EXPECT_TRUE(not_begun(set.error())) << set.error().message;
                EXPECT_FALSE(store_->find(key()));
            });
        }
        while (std::ranges::any_of(stored, [](const auto& count) { return count < 2; })) {
            std::this_thread::yield();
        }
        server_->stop();
        clients.clear();
        EXPECT_TRUE(resting.was_dismissed());
        EXPECT_EQ(connect(), nullptr);
    }
}

TEST_F(GoodbyeTest, ACompactionThatIsGivenUpForClosingMayBeAskedOfTheNextOne)
{
    class Closing : public StoreBackend {
    public:
        using StoreBackend::StoreBackend;
        Result<CompactionReport> compact() override { return fail(Errc::busy, "given up", error); }
        int error = ECANCELED;
    } closing(*store_);
    server_.reset();
    const auto server = Server::start(directory(), store_->directory_info().inode, closing, {});
    const auto first = connect();
    EXPECT_TRUE(not_begun(first->compact().error()));
    const auto second = connect();
    closing.error = EBUSY;
    EXPECT_EQ(second->compact().error().message, "given up");
}

TEST_F(GoodbyeTest, AnErrorOfTheDiskIsAnAnswer)
{
    EXPECT_TRUE(not_begun({.code = Errc::io, .message = {}, .os_error = ESHUTDOWN}));
    EXPECT_TRUE(lost({.code = Errc::io, .message = {}, .os_error = ECONNRESET}));
    class Broken : public StoreBackend {
    public:
        using StoreBackend::StoreBackend;
        Status sync() override
        {
            return fail(Errc::io, "the disk", error = error == ESHUTDOWN ? ECONNRESET : ESHUTDOWN);
        }
        int error = 0;
    } broken(*store_);
    server_.reset();
    const auto server = Server::start(directory(), store_->directory_info().inode, broken, {});
    const auto client = connect();
    for (int round = 0; round < 2; ++round) {
        const auto error = client->sync().error();
        EXPECT_EQ(error.message, "the disk");
        EXPECT_FALSE(not_begun(error) || lost(error));
    }
}

}  // namespace
}  // namespace bytestore::remote
