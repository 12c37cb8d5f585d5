// What a program beside the mount needs of a store, wherever that is: in this process (StoreBackend), or in a daemon
// (RemoteBackend). Values are committed ones.
//
// Threads: an object is used by one thread at a time, unless it says otherwise. On error nothing has changed.
#pragma once

#include "engine/result.h"
#include "engine/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::remote {

struct Value {
    Kind kind = Kind::bytes;
    std::string bytes;  // of a link its target
};

class Backend {
public:
    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    // Nothing if there is no such key.
    virtual Result<std::optional<Value>> get(const std::string& key) = 0;
    // As Store::list, but a page may be shorter than asked for: only an empty one means the end.
    virtual Result<std::vector<ListItem>> list(const ListRequest& request) = 0;

    // A value takes over the mode and owner of the one that it replaces. Keys with a reserved segment are refused.
    virtual Status set(const std::string& key, std::string_view value) = 0;
    // Whether there was such a key.
    virtual Result<bool> remove(const std::string& key) = 0;
    // All or nothing. Batch::copy is Errc::not_permitted over a socket.
    virtual Status apply(const Batch& batch) = 0;

    virtual Result<CompactionReport> compact() = 0;
    virtual Result<Stats> stats() = 0;
    // Everything that was acknowledged is on stable storage, what a mount has not stored yet included.
    virtual Status sync() = 0;
    // What was changed through this object is as durable as closing the store makes it. Nothing may be called after it.
    virtual Status close() = 0;

    virtual std::uint64_t max_value() const = 0;  // bytes
};

}  // namespace bytestore::remote
