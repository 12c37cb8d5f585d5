// LOCK, which whoever may write in the data directory may have made: as it is, and with its checksum made right.
#include "engine/log/lock_file.h"
#include "engine/log/segment.h"
#include "engine/log/segment_name.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/held_files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace bytestore::fuzz {
namespace {

bool same(const LockClaims& a, const LockClaims& b)
{
    return a.pid == b.pid && a.mount_point == b.mount_point && a.segment == b.segment && a.inode == b.inode &&
           a.id == b.id && a.synced == b.synced && a.boot == b.boot && a.state == b.state;
}

// Whether it can be written out by recursion.
bool is_shallow(std::string_view text)
{
    return std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; }) < 100;
}

std::optional<std::string> mended(std::string_view text)
{
    using nlohmann::json;
    auto fields = json::parse(text, nullptr, false);
    if (!fields.is_object() || !is_shallow(text)) {
        return std::nullopt;
    }
    const auto written = [&] { return fields.dump(-1, ' ', false, json::error_handler_t::replace); };
    fields.erase("c");
    fields["c"] = fmt::format("{:016x}", key_hash(written()));
    return written();
}

void check(std::string_view text)
{
    HeldFiles files(HeldFiles::Content{{std::string(kLockName), std::string(text)}});
    const auto directory = files.open_directory("/held", false);
    const auto claims = read_claims(**directory);
    const auto lock = LockFile::acquire(**directory, "/held", std::chrono::milliseconds(0));
    require(lock.has_value(), "any LOCK can be locked");
    require((*lock)->previous().has_value() == claims.has_value(), "claims are read the same");
    if (!claims) {
        return;
    }
    require((*lock)->write(*claims).has_value(), "claims can be written");
    const auto again = read_claims(**directory);
    require(again && same(*again, *claims), "claims come back as they were written");
}

}  // namespace
}  // namespace bytestore::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bytestore::fuzz;
    const auto text = text_of(data, size);
    check(text);
    if (const auto forged = mended(text)) {
        check(*forged);
    }
    return 0;
}
