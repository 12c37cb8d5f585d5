// The store in this process.
//
// Threads: all methods may be called from any thread, as those of the store.
#pragma once

#include "fs/remote/backend.h"

namespace bytestore::remote {

// What the store refuses of a key, and Errc::invalid for one that is reserved for directories.
Status check_key(std::string_view key);

class StoreBackend : public Backend {
public:
    // The store outlives the backend.
    explicit StoreBackend(Store& store)
        : store_(store)
    {
    }

    Result<std::optional<Value>> get(const std::string& key) override;
    Result<std::vector<ListItem>> list(const ListRequest& request) override;
    Status set(const std::string& key, std::string_view value) override;
    Result<bool> remove(const std::string& key) override;
    Status apply(const Batch& batch) override;
    Result<CompactionReport> compact() override;
    Result<Stats> stats() override;
    Status sync() override;
    Status close() override;
    std::uint64_t max_value() const override;

protected:
    Store& store() const { return store_; }
    // How a batch becomes part of the store.
    virtual Status commit(const Batch& batch);

private:
    Store& store_;
};

}  // namespace bytestore::remote
