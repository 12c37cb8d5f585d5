// LOCK, which whoever may write in the data directory may have made.
#include "engine/log/lock_file.h"
#include "engine/log/segment_name.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/held_files.h"

#include <chrono>

namespace bytestore::fuzz {
namespace {

bool same(const LockClaims& a, const LockClaims& b)
{
    return a.pid == b.pid && a.mount_point == b.mount_point && a.segment == b.segment && a.inode == b.inode &&
           a.id == b.id && a.synced == b.synced && a.boot == b.boot && a.state == b.state;
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
    bytestore::fuzz::check(bytestore::fuzz::text_of(data, size));
    return 0;
}
