// A daemon's store for reading, and the files from the moment that the daemon goes away.
#pragma once

#include "fs/remote/backend.h"

#include <functional>
#include <memory>
#include <utility>

namespace bytestore::tools {

class ReadingBackend : public remote::Backend {
public:
    using Open = std::function<Result<std::unique_ptr<Backend>>()>;

    ReadingBackend(std::unique_ptr<Backend> daemon, Open open_files)
        : backend_(std::move(daemon)), open_files_(std::move(open_files))
    {
    }

    Result<std::optional<remote::Value>> get(const std::string& key) override;
    Result<std::vector<ListItem>> list(const ListRequest& request) override;
    Result<Stats> stats() override;
    std::uint64_t max_value() const override { return backend_->max_value(); }

    // Errc::read_only.
    Status set(const std::string& key, std::string_view value) override;
    Result<bool> remove(const std::string& key) override;
    Status apply(const Batch& batch) override;
    Result<CompactionReport> compact() override;
    Status sync() override;
    Status close() override { return {}; }

private:
    template <class Ask>
    auto ask(Ask question) -> decltype(question(std::declval<Backend&>()));

    std::unique_ptr<Backend> backend_;
    Open open_files_;  // nullptr once they are open
};

}  // namespace bytestore::tools
