#include "tests/kvs/scripted_daemon.h"

#include "fs/remote/codec.h"
#include "fs/remote/frame_io.h"

#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace bytestore::tools {
namespace {

using remote::Json;

constexpr std::chrono::seconds kLong{60};
constexpr remote::FrameLimits kAny{.head_bytes = 1 << 20, .body_bytes = 1 << 20};

template <class T>
T must(Result<T> result)
{
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    return std::move(*result);
}

}  // namespace

ScriptedDaemon::ScriptedDaemon(const std::filesystem::path& directory, std::string last_request, Leaving leaving)
    : last_request_(std::move(last_request)),
      leaving_(leaving),
      store_(must(Store::open(directory, {}))),
      socket_(must(remote::SocketFile::listen(directory, store_->directory_info().inode))),
      thread_([this] { serve(); })
{
}

void ScriptedDaemon::serve()
{
    remote::ready_within(socket_->listener(), POLLIN, kLong);
    remote::Channel channel(fs::Descriptor(::accept(socket_->listener(), nullptr, nullptr)), kLong);
    for (auto request = channel.receive(kAny, kLong); request; request = channel.receive(kAny, kLong)) {
        const bool leaves = request->head.at("do") == last_request_;
        const auto told = leaves && leaving_ != Leaving::after_doing ? remote::goodbye() : answer(*request);
        if (!leaves) {
            ignore(channel.send(told, ""));
            continue;
        }
        socket_.reset();
        store_.reset();
        if (leaving_ == Leaving::in_order) {
            ignore(channel.send(told, ""));
        }
        return;
    }
}

Json ScriptedDaemon::answer(const remote::Frame& request)
{
    remote::StoreBackend backend(*store_);
    const auto what = request.head.at("do").get<std::string>();
    if (what == "hello") {
        return {{"max_value", backend.max_value()}};
    }
    if (what == "set") {
        ignore(backend.set(remote::bytes_from(request.head.at("key")), request.body));
    }
    if (what == "delete") {
        return {{"found", backend.remove(remote::bytes_from(request.head.at("key"))).value_or(false)}};
    }
    return Json::object();
}

}  // namespace bytestore::tools
