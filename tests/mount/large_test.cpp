// Many and deep: directories, paths, open files.
#include "tests/mount/mount_test.h"
#include "tests/support/scale.h"

#include <fmt/format.h>

namespace bytestore::test {
namespace {

class LargeTest : public MountTest {};

TEST_F(LargeTest, ManyFilesInOneDirectory)
{
    const auto count = scaled(3000);
    ok(fmt::format(
        "python3 -c 'import os\nos.mkdir(\"d\")\nfor i in range({}): os.close(os.open(f\"d/{{i}}\", os.O_CREAT))'",
        count));
    const auto expected = fmt::format("{0}\n{0}\n{1}\n", count, count + 1);
    EXPECT_EQ(ok("ls d | sort -u | wc -l; ls -f d | grep -vFx -e . -e .. | wc -l; ls -l d | wc -l"), expected);
    compact_and_remount();
    EXPECT_EQ(ok("ls d | sort -u | wc -l; ls -f d | grep -vFx -e . -e .. | wc -l; ls -l d | wc -l"), expected);
    ok("rm -rf d; [ ! -e d ]");
}

TEST_F(LargeTest, InodesOfFilesThatWentAreForgotten)
{
    const auto count = scaled(3000);
    const auto* const inodes = "awk '/^bytestore_inodes/ {print $2}' .control/metrics";
    ok(fmt::format("mkdir d; touch d/$(seq -s ' d/' {})", count));
    EXPECT_GT(std::stoi(ok(inodes)), count);
    ok("rm -rf d");
    // The kernel sends what it forgets when it likes.
    ok(fmt::format("for i in $(seq 100); do [ $({}) -gt 10 ] || exit 0; sleep 0.1; done; exit 1", inodes));
}

TEST_F(LargeTest, PathsOf200Names)
{
    ok("for i in {1..200}; do mkdir directory$i; cd directory$i; done; echo deep > leaf");
    EXPECT_EQ(ok("find . | wc -l; cat $(find . -type f); find . -type d -links +0 | tail -n 1 | tr -dc / | wc -c"),
              "202\ndeep\n200\n");
    ok("cp -a directory1 $TMP/; diff -r directory1 $TMP/directory1; mv directory1 moved");
    compact_and_remount();
    ok("diff -r moved $TMP/directory1; rm -rf moved; [ ! -e moved ]");
}

TEST_F(LargeTest, ManyFilesOpenAtOnce)
{
    constexpr int kCount = 10'000;
    ok(
        fmt::format("ulimit -n 12000 2> /dev/null; python3 -c 'import os\n"
                    "files = [os.open(f\"f{{i}}\", os.O_RDWR | os.O_CREAT) for i in range({0})]\n"
                    "for i, f in enumerate(files): os.write(f, b\"%d\" % i)\n"
                    "for i, f in enumerate(files): assert os.pread(f, 9, 0) == b\"%d\" % i\n"
                    "for i, f in enumerate(files[::2]): os.unlink(f\"f{{2 * i}}\")\n"
                    "for i, f in enumerate(files): assert os.pread(f, 9, 0) == b\"%d\" % i\n"
                    "for f in files: os.close(f)'",
                    kCount));
    EXPECT_EQ(ok("ls | wc -l; cat f1 f3"), fmt::format("{}\n13", kCount / 2));
}

TEST_F(LargeTest, HolesReadAsZeros)
{
    ok("printf x | dd of=f bs=1 seek=5000000 status=none; truncate -s 6000000 f; cp --sparse=always f $TMP/out; cp "
       "--sparse=always "
       "$TMP/out in; cp --sparse=never in again");
    for (const char* copy : {"$TMP/out", "in", "again"}) {
        ok(std::string("cmp f ") + copy);
    }
    compact_and_remount();
    EXPECT_EQ(ok("stat -c %s f; tr -d '\\0' < f; cmp in again"), "6000000\nx");
}

}  // namespace
}  // namespace bytestore::test
