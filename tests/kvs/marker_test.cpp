// The markers of directories are no keys; other keys with reserved segments can only be removed.
#include "tests/kvs/kvs_fixture.h"

namespace bytestore::tools {
namespace {

using namespace std::string_literals;

class MarkerTest : public KvsTest {
protected:
    MarkerTest()
    {
        const auto opened = open_store();
        for (const std::string& key : {kRoot, kDirectory, kReserved, "dir:file"s}) {
            EXPECT_TRUE(opened->set(key, "", Meta()));
        }
        EXPECT_TRUE(opened->close());
    }

    const std::string kRoot = "\0"s;
    const std::string kDirectory = "dir:\0"s;
    const std::string kReserved = "dir:\0x"s;
};

TEST_F(MarkerTest, markers_are_not_found_and_stay)
{
    for (const std::string& marker : {kRoot, kDirectory}) {
        EXPECT_EQ(kvs({"get", marker}), not_found(marker));
        EXPECT_EQ(kvs({"delete", marker}), not_found(marker));
        EXPECT_TRUE(open_store()->find(marker));
    }
}

TEST_F(MarkerTest, markers_are_neither_listed_nor_counted)
{
    const std::string rule = std::string(50, '-') + "\n";
    EXPECT_EQ(kvs({"scan", "--keys-only"}), prints("2 result(s):\n" + rule + kReserved + "\ndir:file\n" + rule));
    EXPECT_THAT(kvs({"stats"}).out, testing::HasSubstr("Live keys  : 2\n"));
}

TEST_F(MarkerTest, a_store_of_nothing_but_markers_is_empty)
{
    EXPECT_EQ(kvs({"delete", kReserved}).exit, 0);
    EXPECT_EQ(kvs({"delete", "dir:file"}).exit, 0);
    EXPECT_EQ(kvs({"scan"}), prints("(empty store)\n"));
    EXPECT_EQ(kvs({"scan", "dir"}), prints("(no keys matching prefix \"dir\")\n"));
}

TEST_F(MarkerTest, reserved_keys_cannot_be_set_but_can_be_removed)
{
    for (const std::string& key : {kRoot, kDirectory, kReserved, "\0x:y"s}) {
        EXPECT_EQ(kvs({"set", key, "v"}), (Outcome{1, "",
                                                   "kvs: the key has a segment that starts with U+0000; such keys are "
                                                   "reserved for directories\n"}));
    }
    EXPECT_EQ(kvs({"get", kReserved}), prints("\n"));
    EXPECT_EQ(kvs({"delete", kReserved}), prints("Deleted: " + kReserved + "\n"));
    EXPECT_EQ(kvs({"get", kReserved}), not_found(kReserved));
}

}  // namespace
}  // namespace bytestore::tools
