// Clients that do not keep to the protocol cost nobody but themselves.
#include "tests/remote/served_store.h"

#include <poll.h>
#include <sys/socket.h>

#include <random>
#include <thread>

namespace bytestore::remote {
namespace {

using testing::HasSubstr;

// What a server with little patience does.
constexpr std::chrono::milliseconds kShort{100};

class ServerTest : public ServedStore {
protected:
    std::string first_answer(const std::string& bytes) const
    {
        RawClient client(directory());
        client.send(bytes);
        const auto answer =
            client.channel().receive({.head_bytes = 1 << 20, .body_bytes = 0}, std::chrono::seconds(60));
        return answer ? answer->head.dump() : answer.error().message;
    }
};

TEST_F(ServerTest, GarbageClosesItsConnectionOnly)
{
    std::minstd_rand random(1);
    const auto bystander = connect();
    for (int round = 0; round < 200; ++round) {
        std::string garbage(1 + random() % 300, '\0');
        for (auto& byte : garbage) {
            byte = static_cast<char>(random());
        }
        RawClient client(directory());
        client.send(garbage);
        client.send(std::string(kHeaderBytes, 'x'));
        client.rest();
        EXPECT_TRUE(bystander->stats());
    }
    expect_service();
}

TEST_F(ServerTest, ARequestThatEndsAnywhereChangesNothing)
{
    const auto whole = frame({{"do", "set"}, {"key", "half"}}, "value");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        RawClient client(directory());
        client.send(whole.substr(0, length));
        ::shutdown(client.channel().descriptor(), SHUT_WR);
        EXPECT_TRUE(client.hung_up()) << length;
    }
    EXPECT_FALSE(store_->find("half"));
    expect_service();
}

TEST_F(ServerTest, ARequestThatStopsHalfWayIsGivenUp)
{
    start(kShort);
    const auto whole = frame({{"do", "set"}, {"key", "half"}}, "value");
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t length = 1; length < whole.size(); ++length) {
        clients.push_back(std::make_unique<RawClient>(directory()));
        clients.back()->send(whole.substr(0, length));
    }
    for (const auto& client : clients) {
        EXPECT_TRUE(client->was_dismissed());
    }
    EXPECT_FALSE(store_->find("half"));
    expect_service();
}

TEST_F(ServerTest, MalformedRequestsAreToldSo)
{
    for (const auto& head : {R"({})", R"({"do":1})", R"({"do":"get"})", R"({"do":"get","key":{}})",
                             R"({"do":"get","key":[256,-1,"x"]})", R"({"do":"list","prefix":""})",
                             R"({"do":"list","prefix":"","limit":-1,"delimiter":""})", R"({"do":"nonsense"})",
                             R"({"do":"batch"})", R"({"do":"batch","parts":-1})", R"({"do":"batch","parts":"x"})"}) {
        EXPECT_THAT(first_answer(frame(Json::parse(head))), HasSubstr("error")) << head;
    }
    const std::string deep = R"({"do":"get","key":)" + std::string(500'000, '[') + std::string(500'000, ']') + "}";
    const auto header = encode_header({.head_bytes = static_cast<std::uint32_t>(deep.size()), .body_bytes = 0});
    EXPECT_THAT(first_answer(std::string(header.data(), header.size()) + deep), HasSubstr("error"));
    expect_service();
}

TEST_F(ServerTest, LengthsBeyondTheLimitsAreRefusedBeforeTheyCome)
{
    for (const Header header :
         {Header{.head_bytes = 1U << 31, .body_bytes = 0}, Header{.head_bytes = 2, .body_bytes = kLargestMaxValue + 1},
          Header{.head_bytes = 2, .body_bytes = ~std::uint64_t{0}}}) {
        const auto bytes = encode_header(header);
        EXPECT_THAT(first_answer({bytes.data(), bytes.size()}), HasSubstr("over the limits"));
    }
    expect_service();
}

TEST_F(ServerTest, ABatchWithAMalformedPartChangesNothing)
{
    const auto begin = frame({{"do", "batch"}, {"parts", 2}}) +
                       frame({{"do", "set"}, {"key", "a"}, {"kind", "bytes"}, {"meta", {{"mtime", 1}}}}, "x");
    EXPECT_THAT(first_answer(begin + frame({{"do", "set"}})), HasSubstr("error"));
    EXPECT_THAT(first_answer(begin + std::string(kHeaderBytes, 'x')), HasSubstr("error"));
    EXPECT_FALSE(store_->find("a"));
    expect_service();
}

// More than there are threads, and no more than connections.
TEST_F(ServerTest, ManyClientsAtOnceAreAllServed)
{
    const unsigned clients_at_once = 64;
    std::vector<std::jthread> clients;
    for (unsigned i = 0; i < clients_at_once; ++i) {
        clients.emplace_back([this, i] {
            const auto client = connect();
            ASSERT_TRUE(client);
            EXPECT_TRUE(client->set("k" + std::to_string(i), "v"));
        });
    }
    clients.clear();
    EXPECT_EQ(store_->stats().live_keys, clients_at_once);
}

TEST_F(ServerTest, ASilentConnectionIsClosedAfterAWhile)
{
    start(kShort);
    EXPECT_TRUE(RawClient(directory()).was_dismissed());
}

TEST_F(ServerTest, AClientThatTakesNoAnswerIsGivenUp)
{
    start(kShort);
    ASSERT_TRUE(store_->set("large", std::string(8 << 20, 'x'), {}));
    RawClient client(directory());
    client.send(frame({{"do", "get"}, {"key", "large"}}));
    ASSERT_TRUE(ready_within(client.channel().descriptor(), POLLIN, std::chrono::seconds(60)));
    server_->stop();
    EXPECT_LT(client.rest().size(), std::size_t{8} << 20);
}

TEST_F(ServerTest, AnotherVersionIsNamed)
{
    const auto header = encode_header({.head_bytes = 2, .body_bytes = 0}, kProtocolVersion + 1);
    EXPECT_THAT(first_answer({header.data(), header.size()}), HasSubstr("of the same version"));
    expect_service();
}

}  // namespace
}  // namespace bytestore::remote
