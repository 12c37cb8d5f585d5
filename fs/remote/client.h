// The store in a daemon, through DATADIR/SOCK. Used by one thread at a time.
//
// Errors are those of the daemon, but for requests that get no answer. A daemon that ends in order, or has too many
// connections, answers every request that it has begun, and tells that it has not begun the others.
#pragma once

#include "fs/remote/backend.h"
#include "fs/remote/channel.h"

#include <chrono>
#include <memory>
#include <string>

namespace bytestore::remote {

// Whether the daemon has not begun what was asked.
bool not_begun(const Error& error);
// Whether the daemon went away without an answer: it may have done what was asked, or not.
bool lost(const Error& error);

class RemoteBackend : public Backend {
public:
    // nullptr if no daemon listens there, or it is just going, or has too many connections. Errc::busy if it does not
    // answer within `wait`, access_denied if this user may not ask it, unsupported if it is of another version; the
    // message names its pid and mount point as far as LOCK tells them.
    static Result<std::unique_ptr<RemoteBackend>> connect(const std::string& directory, std::chrono::milliseconds wait);

    Result<std::optional<Value>> get(const std::string& key) override;
    Result<std::vector<ListItem>> list(const ListRequest& request) override;
    Status set(const std::string& key, std::string_view value) override;
    Result<bool> remove(const std::string& key) override;
    Status apply(const Batch& batch) override;
    Result<CompactionReport> compact() override;
    Result<Stats> stats() override;
    Status sync() override;
    Status close() override;
    std::uint64_t max_value() const override { return max_value_; }

private:
    RemoteBackend(std::string directory, Channel channel)
        : directory_(std::move(directory)), channel_(std::move(channel))
    {
    }

    Status greet(std::chrono::milliseconds wait);
    Result<Frame> call(const Json& head, std::string_view body = {});
    Status send_batch(const Batch& batch);
    Result<Frame> answer(std::chrono::milliseconds wait);

    const std::string directory_;
    Channel channel_;
    std::uint64_t max_value_ = 0;
};

}  // namespace bytestore::remote
