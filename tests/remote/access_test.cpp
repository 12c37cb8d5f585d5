#include "fs/remote/access.h"

#include <gtest/gtest.h>

namespace bytestore::remote {
namespace {

constexpr uid_t kDaemon = 100;
constexpr uid_t kOwner = 200;
constexpr gid_t kGroup = 300;

Access access(uid_t uid, std::vector<gid_t> groups, mode_t mode)
{
    return access_of({.pid = 1, .uid = uid, .groups = std::move(groups)},
                     {.uid = kOwner, .gid = kGroup, .mode = mode | 040000}, kDaemon);
}

TEST(AccessTest, RootTheDaemonAndTheOwnerMayDoAll)
{
    for (const uid_t uid : {uid_t{0}, kDaemon, kOwner}) {
        EXPECT_TRUE(access(uid, {}, 0).reads && access(uid, {}, 0).writes) << uid;
    }
}

TEST(AccessTest, OthersMayDoWhatTheModeSays)
{
    for (mode_t bits = 0; bits < 8; ++bits) {
        for (const bool member : {false, true}) {
            const auto mode = member ? bits << 3 : bits;
            const auto got = access(999, member ? std::vector<gid_t>{5, kGroup} : std::vector<gid_t>{5}, mode);
            EXPECT_EQ(got.reads, (bits & 4) != 0) << bits;
            EXPECT_EQ(got.writes, (bits & 2) != 0) << bits;
        }
    }
}

TEST(AccessTest, MembersOfTheGroupAreNotOthers)
{
    const auto got = access(999, {kGroup}, 0007);
    EXPECT_FALSE(got.reads || got.writes);
}

}  // namespace
}  // namespace bytestore::remote
