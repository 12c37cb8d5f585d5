#include "engine/log/torn_tail.h"

#include "engine/io/copy_bytes.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <memory>
#include <utility>

namespace bytestore {
namespace {

Result<std::pair<std::string, std::unique_ptr<File>>> create_copy(Directory& directory, const std::string& name)
{
    const auto base = fmt::format("{}.torn-{:%Y%m%dT%H%M%SZ}", name, fmt::gmtime(std::time(nullptr)));
    for (int attempt = 0;; ++attempt) {
        auto candidate = attempt == 0 ? base : fmt::format("{}.{}", base, attempt);
        auto file = directory.open(candidate, OpenMode::create_new);
        if (file) {
            return std::pair(std::move(candidate), std::move(*file));
        }
        if (file.error().code != Errc::exists) {
            return forward(file);
        }
    }
}

}  // namespace

Result<std::string> cut_torn_tail(Directory& directory, const std::string& name, File& file, std::uint64_t at,
                                  std::uint64_t size)
{
    TRY_ASSIGN(auto copy, create_copy(directory, name));
    if (auto copied = copy_bytes(file, at, size, *copy.second); !copied) {
        ignore(directory.unlink(copy.first));  // half a copy helps nobody; the original is untouched
        return forward(copied);
    }
    TRY(directory.sync());
    TRY(file.truncate(at));
    TRY(file.sync());
    return std::move(copy.first);
}

}  // namespace bytestore
