// compact and stats; and writers that meet.
#include "tests/kvs/kvs_fixture.h"

#include <chrono>
#include <thread>

namespace bytestore::tools {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

using StoreTest = KvsTest;

const std::string kCompacted = "Running compaction…\nCompaction complete.\n";

TEST_F(StoreTest, compaction_drops_the_dead_and_keeps_the_living)
{
    for (const std::string value : {"one", "two", "three"}) {
        EXPECT_EQ(kvs({"set", "k", value}).exit, 0);
    }
    EXPECT_EQ(kvs({"compact"}), prints(kCompacted));
    EXPECT_EQ(kvs({"get", "k"}), prints("three\n"));
    EXPECT_EQ(open_store()->stats().stale_records, 0U);
}

TEST_F(StoreTest, a_talkative_compaction_says_what_it_reclaimed)
{
    EXPECT_EQ(kvs({"set", "k", "one"}).exit, 0);
    EXPECT_EQ(kvs({"set", "k", "two"}).exit, 0);
    const Outcome run = kvs({"-v", "compact"});
    EXPECT_EQ(run.out, kCompacted);
    EXPECT_THAT(run.err, HasSubstr("kvs: info: compaction took the log from "));
    EXPECT_THAT(run.err, HasSubstr(" bytes: 1 record(s) dropped, 1 segment(s) rewritten, 0 merged away\n"));
}

TEST_F(StoreTest, stats_count_what_is_there)
{
    EXPECT_EQ(kvs({"set", "a", "1"}).exit, 0);
    EXPECT_EQ(kvs({"set", "b", "1"}).exit, 0);
    write_file(store() / "log-of-mine", "12345");
    const auto segment = std::filesystem::file_size(store() / "log-00000000000000000000.dat");
    EXPECT_THAT(kvs({"stats"}).out,
                HasSubstr("  Live keys  : 2\n  Disk usage : " + std::to_string(segment + 5) + " bytes\n"));
}

TEST_F(StoreTest, a_writer_waits_for_one_that_is_almost_done)
{
    auto other = open_store();
    std::thread closing([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        other.reset();
    });
    EXPECT_EQ(kvs({"set", "k", "v"}), prints("OK  k = v\n"));
    closing.join();
}

TEST_F(StoreTest, a_writer_gives_up_on_one_that_stays)
{
    const auto other = open_store();
    const Outcome run = kvs({"set", "k", "v"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(
        run.err,
        MatchesRegex("kvs: the store .* is in use by process [0-9]+; try again when it is done, or use its mount\n"));
    EXPECT_FALSE(other->find("k"));
}

}  // namespace
}  // namespace bytestore::tools
