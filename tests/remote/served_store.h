// A store that is served on a socket, and clients that do not keep to the protocol.
#pragma once

#include "fs/remote/client.h"
#include "fs/remote/server.h"
#include "fs/remote/store_backend.h"
#include "tests/support/temp_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bytestore::remote {

class ServedStore : public testing::Test {
protected:
    ServedStore();

    void start(std::chrono::milliseconds patience = ServerSettings().patience);
    void start(ServerSettings settings);
    std::string directory() const { return temporary_ / "data"; }
    std::unique_ptr<RemoteBackend> connect() const;
    // The server still does what it is for.
    void expect_service() const;

    test::TempDirectory temporary_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreBackend> backend_;
    std::unique_ptr<Server> server_;
};

// A connection without manners.
class RawClient {
public:
    explicit RawClient(const std::string& directory);

    // Whether all of it went.
    bool send(std::string_view bytes) const;
    // All that comes until the server hangs up.
    std::string rest() const;
    bool hung_up() const { return rest().empty(); }
    bool was_dismissed() const;
    Channel& channel() { return channel_; }

private:
    Channel channel_;
};

std::string frame(const Json& head, std::string_view body = {});

// Runs `body` as another user, in a thread of its own, which only root can; else false.
bool as_user(uid_t user, const std::function<void()>& body);

}  // namespace bytestore::remote
