// A store that stays while daemons come and go. What one has not answered is asked again of whoever has the store then;
// what was answered is never repeated.
#pragma once

#include "fs/remote/backend.h"

#include <functional>
#include <memory>
#include <utility>

namespace bytestore::tools {

class SteadyBackend : public remote::Backend {
public:
    using Open = std::function<Result<std::unique_ptr<Backend>>()>;

    // `open_again` is what `backend` came from.
    SteadyBackend(std::unique_ptr<Backend> backend, Open open_again)
        : backend_(std::move(backend)), open_again_(std::move(open_again))
    {
    }

    Result<std::optional<remote::Value>> get(const std::string& key) override;
    Result<std::vector<ListItem>> list(const ListRequest& request) override;
    Status set(const std::string& key, std::string_view value) override;
    // If a daemon died over it, a key that is not there counts as one that it removed.
    Result<bool> remove(const std::string& key) override;
    Status apply(const Batch& batch) override;
    Result<CompactionReport> compact() override;
    Result<Stats> stats() override;
    Status sync() override;
    // A daemon that has not begun it closes the store; whoever opens that then finds it closed, or closes it.
    Status close() override;
    std::uint64_t max_value() const override { return backend_->max_value(); }

private:
    template <class Ask>
    auto ask(Ask question) -> decltype(question(std::declval<Backend&>()));

    std::unique_ptr<Backend> backend_;
    Open open_again_;  // nullptr once that has failed
};

}  // namespace bytestore::tools
