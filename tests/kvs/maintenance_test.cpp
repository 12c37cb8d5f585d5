// verify, repair and backup as kvs shows them.
#include "tests/kvs/kvs_fixture.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <sstream>

namespace bytestore::tools {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

class MaintenanceTest : public KvsTest {
protected:
    MaintenanceTest()
    {
        EXPECT_EQ(kvs({"set", "a", "first value"}).exit, 0);
        EXPECT_EQ(kvs({"set", "a", "second value"}).exit, 0);
        EXPECT_EQ(kvs({"set", "b", "other"}).exit, 0);
    }
    std::string segment() const { return "log-00000000000000000000.dat"; }
    std::string out() const { return file("out").string(); }
    Outcome in_out(const Args& args) const
    {
        Args all{"--dir", out()};
        all.insert(all.end(), args.begin(), args.end());
        return run_bare(all);
    }
};

TEST_F(MaintenanceTest, verify_of_a_good_store)
{
    const auto bytes = std::filesystem::file_size(store() / segment());
    EXPECT_EQ(kvs({"verify"}), prints("1 segment(s), " + std::to_string(bytes) + " bytes, 3 record(s): no damage\n"));
    const ServedStore daemon(store());
    EXPECT_EQ(kvs({"verify"}).exit, 0);
}

TEST_F(MaintenanceTest, verify_shows_notices_and_exits_0)
{
    write_file(store() / "log-7.dat", "x");
    const Outcome run = kvs({"verify"});
    EXPECT_EQ(run.exit, 0);
    EXPECT_THAT(run.out, StartsWith("notice: log-7.dat: is not the name of a segment; it is not read\n"));
}

TEST_F(MaintenanceTest, verify_of_a_damaged_store_shows_all_of_it_and_exits_1)
{
    damage("first value");
    damage("second value");
    const Outcome run = kvs({"verify"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_EQ(run.err, "");
    EXPECT_THAT(run.out, StartsWith("damage: " + segment() + " at offset "));
    EXPECT_THAT(run.out, HasSubstr("damaged, in 2 place(s); kvs repair saves what can be had\n"));
}

TEST_F(MaintenanceTest, verify_json_is_one_object_a_line_and_a_summary)
{
    damage("first value");
    std::istringstream lines(kvs({"verify", "--json"}).out);
    std::string first;
    std::string last;
    ASSERT_TRUE(std::getline(lines, first) && std::getline(lines, last));
    const auto finding = Json::parse(first);
    EXPECT_EQ(finding.at("severity"), "damage");
    EXPECT_EQ(finding.at("file"), segment());
    EXPECT_TRUE(finding.contains("offset") && finding.contains("what"));
    const auto summary = Json::parse(last);
    EXPECT_EQ(summary.at("clean"), false);
    EXPECT_EQ(summary.at("damage"), 1);
}

TEST_F(MaintenanceTest, what_is_no_store_is_an_error_with_a_reason)
{
    for (const Args& args : {Args{"verify"}, Args{"repair", file("x")}, Args{"backup", file("x")}}) {
        Args all{"--dir", out()};
        all.insert(all.end(), args.begin(), args.end());
        const Outcome run = run_bare(all);
        EXPECT_EQ(run.exit, 1) << args[0];
        EXPECT_THAT(run.err, StartsWith("kvs: cannot open the data directory")) << args[0];
    }
}

TEST_F(MaintenanceTest, repair_lists_the_losses_and_exits_1)
{
    damage("second value");
    const Outcome run = kvs({"repair", out()});
    EXPECT_EQ(run.exit, 1);
    EXPECT_EQ(run.err, "");
    EXPECT_THAT(run.out, HasSubstr("its key \"a\" keeps an older value\n"));
    EXPECT_THAT(run.out, HasSubstr("2 key(s) in " + out() + ", with 1 loss(es)\n"));
    EXPECT_EQ(in_out({"get", "a"}), prints("first value\n"));
    EXPECT_EQ(in_out({"get", "b"}), prints("other\n"));
    EXPECT_EQ(in_out({"verify"}).exit, 0);
}

TEST_F(MaintenanceTest, repair_of_a_good_store_exits_0)
{
    EXPECT_EQ(kvs({"repair", out()}), prints("OK  2 key(s) in " + out() + "\n"));
    EXPECT_EQ(kvs({"repair", out()}).err, "kvs: " + out() + " is there, and is no empty directory\n");
    const auto json = Json::parse(kvs({"repair", "--json", file("more")}).out);
    EXPECT_EQ(json.at("losses"), 0);
}

TEST_F(MaintenanceTest, backup_is_the_same_beside_a_daemon)
{
    for (const bool beside : {false, true}) {
        std::optional<ServedStore> daemon;
        if (beside) {
            daemon.emplace(store());
        }
        std::filesystem::remove_all(out());
        EXPECT_THAT(kvs({"backup", out()}).out, testing::EndsWith(" bytes in " + out() + "\n"));
        EXPECT_EQ(in_out({"export"}).out, kvs({"export"}).out);
        EXPECT_EQ(in_out({"verify"}).exit, 0);
    }
}

TEST_F(MaintenanceTest, backup_to_where_no_directory_can_be_made_names_that)
{
    const auto nowhere = file("missing/place").string();
    const Outcome run = kvs({"backup", nowhere});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, testing::StartsWith("kvs: " + nowhere + " cannot be made: "));
    EXPECT_THAT(run.err, testing::Not(testing::HasSubstr("--dir")));
}

TEST_F(MaintenanceTest, backup_of_a_damaged_store_is_refused)
{
    damage("first value");
    const Outcome run = kvs({"backup", out()});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, StartsWith("kvs: " + segment() + " is damaged at offset "));
    EXPECT_FALSE(std::filesystem::exists(out()));
}

}  // namespace
}  // namespace bytestore::tools
