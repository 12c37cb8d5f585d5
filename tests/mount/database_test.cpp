// SQLite trusts its file system with a lot: locks, the order of syncs, journals that come and go.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

class DatabaseTest : public MountTest, public testing::WithParamInterface<const char*> {
protected:
    std::string sql(const std::string& statements) const
    {
        return ok("sqlite3 -cmd '.timeout 30000' db \"" + statements + "\"");
    }
    // With the journal that the test is about; what it answers is its name.
    std::string sql_with_journal(const std::string& statements) const
    {
        return sql(std::string("pragma journal_mode=") + GetParam() + "; " + statements);
    }
    std::string named(const std::string& rest) const { return GetParam() + ("\n" + rest); }
};

TEST_P(DatabaseTest, KeepsWhatWasCommittedAndNothingElse)
{
    EXPECT_EQ(
        sql_with_journal("create table t(x); begin; insert into t values (1), (2); commit; insert into t select x + 10 "
                         "from t; begin; delete from t; rollback; vacuum; create index i on t(x)"),
        named(""));
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(sql("pragma integrity_check; select sum(x) from t"), "ok\n26\n");
        compact_and_remount();
    }
}

TEST_P(DatabaseTest, SeveralWritersExcludeEachOther)
{
    EXPECT_EQ(sql_with_journal("create table t(x)"), named(""));
    ok("for w in 1 2 3; do (for i in {1..10}; do sqlite3 -cmd '.timeout 30000' db \"insert into t select count(*) from "
       "t\" || exit "
       "1; done) & done; wait $(jobs -p)");
    EXPECT_EQ(sql("pragma integrity_check; select count(*), count(distinct x) from t"), "ok\n30|30\n");
}

// A writer that dies in a transaction leaves a journal, from which the next one rolls back.
TEST_P(DatabaseTest, RollsBackWhatADeadWriterLeft)
{
    EXPECT_EQ(sql_with_journal("create table t(x); insert into t values (1)"), named(""));
    sh(std::string("sqlite3 db \"pragma cache_size=1; pragma journal_mode=") + GetParam() +
       "; begin; with recursive n(i) as (values (1) union all select i + 1 from n where i < 20000) insert into t "
       "select i from "
       "n;\" '.shell kill -9 $PPID'");
    remount();
    EXPECT_EQ(sql("pragma integrity_check; select count(*) from t"), "ok\n1\n");
}

// Each transaction notes outside that it is done. It, and all before it, are there when the daemon dies.
TEST_P(DatabaseTest, SurvivesTheDeathOfTheDaemon)
{
    EXPECT_EQ(sql_with_journal("create table t(x)"), named(""));
    Child writer(
        {"bash", "-c",
         std::string("cd ") + root() +
             "; for ((i = 1; ; i++)); do sqlite3 db \"begin; insert into t values ($i); insert into t values (-$i); "
             "commit\" > /dev/null && echo $i > " +
             place("tmp/done") + " || exit; done 2> /dev/null"},
        {});
    ok("until [ -s $TMP/done ] && [ $(cat $TMP/done) -gt 5 ]; do sleep 0.01; done");
    mount().kill9();
    writer.kill_group();
    start();
    EXPECT_EQ(sql("pragma integrity_check; select sum(x), count(*) / 2 - max(x), max(x) >= $(cat $TMP/done) from t"),
              "ok\n0|0|1\n");
}

INSTANTIATE_TEST_SUITE_P(Journals, DatabaseTest, testing::Values("delete", "truncate", "persist", "wal"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace bytestore::test
