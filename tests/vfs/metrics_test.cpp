// .control/metrics follows the text format of Prometheus, version 0.0.4, and its conventions for names.
#include "tests/vfs/mount.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

namespace bytestore::test {
namespace {

struct Metric {
    std::string name;
    std::string type;
    double value = 0;
};

// Three lines for each metric, HELP, TYPE and its sample, and nothing else.
std::vector<Metric> parsed(const std::string& text)
{
    static const std::regex help("# HELP ([a-z_]+) (\\S.*\\S)");
    static const std::regex type("# TYPE ([a-z_]+) (counter|gauge)");
    static const std::regex sample(R"re(([a-z_]+)(?:\{[a-z]+="[^"\\]*"\})? ([0-9]+(?:\.[0-9]+)?))re");
    EXPECT_TRUE(text.ends_with('\n'));
    std::vector<Metric> metrics;
    std::istringstream lines(text);
    for (std::string first, second, third; std::getline(lines, first);) {
        std::getline(lines, second);
        std::getline(lines, third);
        std::smatch told, typed, sampled;
        if (!std::regex_match(first, told, help) || !std::regex_match(second, typed, type) ||
            !std::regex_match(third, sampled, sample)) {
            ADD_FAILURE() << first << "\n" << second << "\n" << third;
            return metrics;
        }
        EXPECT_EQ(told[1], typed[1]);
        EXPECT_EQ(told[1], sampled[1]);
        metrics.push_back({.name = told[1], .type = typed[2], .value = std::stod(sampled[2])});
    }
    return metrics;
}

class Metrics : public ::testing::Test {
protected:
    std::vector<Metric> metrics() { return parsed(mount.read(".control/metrics")); }
    double value(const std::string& name)
    {
        const auto all = metrics();
        const auto found = std::ranges::find(all, "bytestore_" + name, &Metric::name);
        EXPECT_NE(found, all.end()) << name;
        return found == all.end() ? -1 : found->value;
    }

    Mount mount;
};

TEST_F(Metrics, EveryLineParsesAndNamesFollowTheConventions)
{
    const auto all = metrics();
    EXPECT_GE(all.size(), 15);
    for (const auto& metric : all) {
        EXPECT_TRUE(metric.name.starts_with("bytestore_")) << metric.name;
        EXPECT_EQ(metric.type == "counter", metric.name.ends_with("_total")) << metric.name;
    }
}

TEST_F(Metrics, NamesAreSortedAndStandOnce)
{
    const auto all = metrics();
    EXPECT_EQ(std::ranges::adjacent_find(all, std::ranges::greater_equal(), &Metric::name), all.end());
}

TEST_F(Metrics, TheSameActivityTellsTheSameText)
{
    mount.write("f", "x");
    const auto before = mount.read(".control/metrics");
    EXPECT_EQ(mount.read(".control/metrics"), before);
}

TEST_F(Metrics, TheyCountWhatIsDone)
{
    mount.write("f", "12345");
    mount.write("f", "123");
    EXPECT_EQ(mount.read("f"), "123");
    EXPECT_EQ(value("keys"), 1);
    EXPECT_EQ(value("commits_total"), 2);
    EXPECT_EQ(value("written_bytes_total"), 8);
    EXPECT_EQ(value("read_bytes_total"), 3);
    EXPECT_EQ(value("stale_records"), 1);
    EXPECT_EQ(value("errors_total"), 0);
    EXPECT_EQ(value("inodes"), static_cast<double>(mount.filesystem().live_nodes()));
    mount.write(".control/compact", "1");
    mount.write(".control/sync", "0");
    EXPECT_EQ(value("compactions_total"), 1);
    EXPECT_EQ(value("stale_records"), 0);
    EXPECT_GT(value("reclaimed_bytes_total"), 0);
    EXPECT_EQ(value("errors_total"), 1);
    EXPECT_EQ(value("stopped"), 0);
}

}  // namespace
}  // namespace bytestore::test
