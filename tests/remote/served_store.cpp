#include "tests/remote/served_store.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

namespace bytestore::remote {
namespace {

constexpr std::chrono::seconds kLong{60};

template <class T>
T must(Result<T> result)
{
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

}  // namespace

ServedStore::ServedStore()
    : store_(must(Store::open(directory(), {}))), backend_(std::make_unique<StoreBackend>(*store_))
{
    start();
}

void ServedStore::start(std::chrono::milliseconds patience)
{
    ServerSettings settings;
    settings.patience = patience;
    start(std::move(settings));
}

void ServedStore::start(ServerSettings settings)
{
    server_.reset();
    settings.mount_point = "/the/mount";
    server_ = must(Server::start(directory(), store_->directory_info().inode, *backend_, std::move(settings)));
}

std::unique_ptr<RemoteBackend> ServedStore::connect() const
{
    return must(RemoteBackend::connect(directory(), kLong));
}

void ServedStore::expect_service() const
{
    const auto client = connect();
    ASSERT_TRUE(client);
    EXPECT_TRUE(client->set("alive", "yes"));
    EXPECT_EQ(must(client->get("alive"))->bytes, "yes");
}

RawClient::RawClient(const std::string& directory)
    : channel_(std::move(*must(connect_to(directory, kLong))), kLong)
{
}

bool RawClient::send(std::string_view bytes) const
{
    while (!bytes.empty()) {
        const auto sent = ::send(channel_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::string RawClient::rest() const
{
    std::string all;
    std::string piece(4096, '\0');
    for (ssize_t got = 1; got > 0;) {
        got = ::recv(channel_.descriptor(), piece.data(), piece.size(), 0);
        all.append(piece, 0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
    return all;
}

bool RawClient::was_dismissed() const
{
    return rest() == frame(goodbye());
}

std::string frame(const Json& head, std::string_view body)
{
    const auto text = head.dump();
    const auto header =
        encode_header({.head_bytes = static_cast<std::uint32_t>(text.size()), .body_bytes = body.size()});
    return std::string(header.data(), header.size()) + text + std::string(body);
}

// Without the C library, which would change all threads.
bool as_user(uid_t user, const std::function<void()>& body)
{
    bool changed = false;
    std::jthread([&] {
        changed = ::syscall(SYS_setgroups, 0, nullptr) == 0 && ::syscall(SYS_setresgid, user, user, user) == 0 &&
                  ::syscall(SYS_setresuid, user, user, user) == 0;
        if (changed) {
            body();
        }
    }).join();
    return changed;
}

}  // namespace bytestore::remote
