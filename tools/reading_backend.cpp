#include "tools/reading_backend.h"

#include "fs/remote/client.h"

namespace bytestore::tools {
namespace {

std::unexpected<Error> for_reading_only()
{
    return fail(Errc::read_only, "the store is open for reading only");
}

}  // namespace

template <class Ask>
auto ReadingBackend::ask(Ask question) -> decltype(question(std::declval<Backend&>()))
{
    auto answer = question(*backend_);
    if (answer || !open_files_ || !remote::lost(answer.error())) {
        return answer;
    }
    TRY_ASSIGN(backend_, std::exchange(open_files_, nullptr)());
    return question(*backend_);
}

Result<std::optional<remote::Value>> ReadingBackend::get(const std::string& key)
{
    return ask([&](Backend& backend) { return backend.get(key); });
}

Result<std::vector<ListItem>> ReadingBackend::list(const ListRequest& request)
{
    return ask([&](Backend& backend) { return backend.list(request); });
}

Result<Stats> ReadingBackend::stats()
{
    return ask([](Backend& backend) { return backend.stats(); });
}

Status ReadingBackend::set(const std::string& /*key*/, std::string_view /*value*/)
{
    return for_reading_only();
}

Result<bool> ReadingBackend::remove(const std::string& /*key*/)
{
    return for_reading_only();
}

Status ReadingBackend::apply(const Batch& /*batch*/)
{
    return for_reading_only();
}

Result<CompactionReport> ReadingBackend::compact()
{
    return for_reading_only();
}

Status ReadingBackend::sync()
{
    return for_reading_only();
}

}  // namespace bytestore::tools
