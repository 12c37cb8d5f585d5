// A daemon that goes in the middle of a conversation, in every way in which it can.
#pragma once

#include "engine/store.h"
#include "fs/remote/channel.h"
#include "fs/remote/socket_file.h"
#include "fs/remote/store_backend.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace bytestore::tools {

enum class Leaving {
    in_order,      // it has not begun the request, and says so
    before_doing,  // it is killed
    after_doing,   // it is killed when it has done what was asked, before it tells
};

// Serves one connection, up to the first request of that name, and gives up the store then.
class ScriptedDaemon {
public:
    ScriptedDaemon(const std::filesystem::path& directory, std::string last_request, Leaving leaving);
    // Waits for its end.
    ~ScriptedDaemon() = default;
    ScriptedDaemon(const ScriptedDaemon&) = delete;
    ScriptedDaemon& operator=(const ScriptedDaemon&) = delete;

private:
    void serve();
    remote::Json answer(const remote::Frame& request);

    const std::string last_request_;
    const Leaving leaving_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<remote::SocketFile> socket_;
    std::jthread thread_;
};

}  // namespace bytestore::tools
