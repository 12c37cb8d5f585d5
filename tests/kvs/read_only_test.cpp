// Reading commands change nothing and wait for nobody.
#include "tests/kvs/kvs_fixture.h"

#include <map>

namespace bytestore::tools {
namespace {

const std::vector<Args> kReadingCommands = {
    {"get", "k"}, {"get", "none"}, {"scan"}, {"scan", "k"}, {"stats"}, {"stats", "--json"}, {"path", "k"}, {"key", "k"},
};

class ReadOnlyTest : public KvsTest {
protected:
    std::map<std::string, std::string> files() const
    {
        std::map<std::string, std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(store())) {
            found[entry.path().filename()] = read_file(entry.path());
        }
        return found;
    }
};

TEST_F(ReadOnlyTest, reading_creates_no_store)
{
    for (const Args& args : kReadingCommands) {
        const Outcome run = kvs(args);
        EXPECT_EQ(run.exit, args[0] == "get" ? 2 : 0) << testing::PrintToString(args);
        EXPECT_FALSE(std::filesystem::exists(store())) << testing::PrintToString(args);
    }
    EXPECT_EQ(kvs({"stats"}).out, "Store statistics\n" + std::string(40, '=') + "\n  Directory  : " + store().string() +
                                      "\n  Live keys  : 0\n  Disk usage : 0 bytes\n");
}

TEST_F(ReadOnlyTest, reading_changes_no_file)
{
    EXPECT_EQ(kvs({"set", "k", "v"}).exit, 0);
    std::filesystem::remove(store() / "LOCK");
    write_file(store() / "log-00000000000000000000.dat",
               read_file(store() / "log-00000000000000000000.dat") + "{\"cmd\":\"Set\",\"torn");
    const auto before = files();
    for (const Args& args : kReadingCommands) {
        kvs(args);
        EXPECT_EQ(files(), before) << testing::PrintToString(args);
    }
    EXPECT_EQ(kvs({"get", "k"}).out, "v\n");
}

TEST_F(ReadOnlyTest, reading_works_while_another_writes)
{
    const auto writer = open_store();
    ASSERT_TRUE(writer->set("k", "v", Meta()));
    EXPECT_EQ(kvs({"get", "k"}), prints("v\n"));
    for (const Args& args : kReadingCommands) {
        EXPECT_NE(kvs(args).exit, 1) << testing::PrintToString(args);
    }
}

}  // namespace
}  // namespace bytestore::tools
