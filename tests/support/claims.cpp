#include "tests/support/claims.h"

#include <gtest/gtest.h>

namespace bytestore::test {

void change_claims(const std::string& directory, const std::function<void(LockClaims&)>& change)
{
    const auto opened = posix_file_system().open_directory(directory, false);
    ASSERT_TRUE(opened);
    const auto lock = LockFile::acquire(**opened, directory, std::chrono::milliseconds(0));
    ASSERT_TRUE(lock && (*lock)->previous());
    auto claims = *(*lock)->previous();
    change(claims);
    ASSERT_TRUE((*lock)->write(claims));
}

}  // namespace bytestore::test
