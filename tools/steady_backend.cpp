#include "tools/steady_backend.h"

#include "fs/remote/client.h"

#include <chrono>

namespace bytestore::tools {
namespace {

using std::chrono::steady_clock;

// For one request.
constexpr std::chrono::seconds kPatience{10};

}  // namespace

template <class Ask>
auto SteadyBackend::ask(Ask question) -> decltype(question(std::declval<Backend&>()))
{
    const auto deadline = steady_clock::now() + kPatience;
    while (true) {
        auto answer = question(*backend_);
        const bool answered = answer || !(remote::not_begun(answer.error()) || remote::lost(answer.error()));
        if (answered || !open_again_ || steady_clock::now() >= deadline) {
            return answer;
        }
        auto again = open_again_();
        if (!again) {
            open_again_ = nullptr;
            return forward(again);
        }
        backend_ = std::move(*again);
    }
}

Result<std::optional<remote::Value>> SteadyBackend::get(const std::string& key)
{
    return ask([&](Backend& backend) { return backend.get(key); });
}

Result<std::vector<ListItem>> SteadyBackend::list(const ListRequest& request)
{
    return ask([&](Backend& backend) { return backend.list(request); });
}

Status SteadyBackend::set(const std::string& key, std::string_view value)
{
    return ask([&](Backend& backend) { return backend.set(key, value); });
}

Result<bool> SteadyBackend::remove(const std::string& key)
{
    bool may_be_removed = false;
    TRY_ASSIGN(const bool found, ask([&](Backend& backend) {
                   auto removed = backend.remove(key);
                   may_be_removed = may_be_removed || (!removed && remote::lost(removed.error()));
                   return removed;
               }));
    return found || may_be_removed;
}

Status SteadyBackend::apply(const Batch& batch)
{
    return ask([&](Backend& backend) { return backend.apply(batch); });
}

Result<CompactionReport> SteadyBackend::compact()
{
    return ask([](Backend& backend) { return backend.compact(); });
}

Result<Stats> SteadyBackend::stats()
{
    return ask([](Backend& backend) { return backend.stats(); });
}

Status SteadyBackend::sync()
{
    return ask([](Backend& backend) { return backend.sync(); });
}

Status SteadyBackend::close()
{
    return ask([](Backend& backend) { return backend.close(); });
}

}  // namespace bytestore::tools
