#include "tests/support/claims.h"

#include <gtest/gtest.h>

namespace bytestore::test {

void change_claims(const std::string& directory, const std::function<void(LockClaims&)>& change, FileSystem& files)
{
    const auto opened = files.open_directory(directory, false);
    ASSERT_TRUE(opened);
    const auto lock = LockFile::acquire(**opened, directory, std::chrono::milliseconds(0));
    ASSERT_TRUE(lock && (*lock)->previous());
    auto claims = *(*lock)->previous();
    change(claims);
    ASSERT_TRUE((*lock)->write(claims));
}

void start_anew(FileSystem& files, const std::string& directory)
{
    const auto opened = files.open_directory(directory, false);
    ASSERT_TRUE(opened);
    if (read_claims(**opened)) {
        change_claims(directory, [](LockClaims& claims) { claims.boot = "an earlier one"; }, files);
    }
}

}  // namespace bytestore::test
