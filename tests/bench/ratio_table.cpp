#include "tests/bench/ratio_table.h"

#include "tests/bench/median.h"

#include "tests/bench/contender.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace bytestore::bench {
namespace {

std::string shown(double figure)
{
    return figure < 10 ? fmt::format("{:.2f}", figure) : fmt::format("{:.0f}", figure);
}

}  // namespace

RatioTable::RatioTable(std::vector<std::string> order)
    : ConsoleReporter(OO_None), order_(std::move(order))
{
}

void RatioTable::ReportRuns(const std::vector<Run>& runs)
{
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
        if (run.run_type != Run::RT_Iteration || run.error_occurred) {
            continue;
        }
        const std::string& name = run.run_name.function_name;
        const auto slash = name.find('/');
        const std::string title = name.substr(0, slash);
        for (const auto& [counter, figure] : run.counters) {
            if (slash == std::string::npos) {
                alone_[title][counter].push_back(figure);
            } else {
                (counter == "ns" ? compared_ : walls_)[title][name.substr(slash + 1)].push_back(figure);
            }
        }
    }
}

void RatioTable::Finalize()
{
    print_compared();
    print_alone();
}

// A ratio above 1: ours takes less than the best of the peers.
void RatioTable::print_compared() const
{
    fmt::print("\n| | ours, ns | best peer, ns | peer / ours | all peers, ns | ours, ns of wall time |\n");
    fmt::print("| --- | ---: | ---: | ---: | --- | ---: |\n");
    for (const auto& title : order_) {
        const auto found = compared_.find(title);
        if (found == compared_.end()) {
            continue;
        }
        std::map<std::string, double> medians;
        std::string all;
        for (const auto& [contender, figures] : found->second) {
            medians[contender] = median(figures);
            if (contender != kOurs) {
                all += fmt::format("{}{} {}", all.empty() ? "" : ", ", contender, shown(medians[contender]));
            }
        }
        const auto ours = medians.extract(std::string(kOurs));
        if (ours.empty()) {
            continue;
        }
        const auto best = std::ranges::min_element(medians, {}, [](const auto& peer) { return peer.second; });
        const bool alone = best == medians.end();
        fmt::print("| {} | {} | {} | {} | {} | {} |\n", title, shown(ours.mapped()),
                   alone ? "" : fmt::format("{} {}", best->first, shown(best->second)),
                   alone ? "" : fmt::format("{:.2f}", best->second / ours.mapped()), all,
                   shown(median(walls_.at(title).at(std::string(kOurs)))));
    }
}

void RatioTable::print_alone() const
{
    fmt::print("\n| | |\n| --- | ---: |\n");
    for (const auto& title : order_) {
        const auto found = alone_.find(title);
        for (const auto& [counter, figures] :
             found == alone_.end() ? std::map<std::string, Figures>{} : found->second) {
            fmt::print("| {}: {} | {} |\n", title, counter, shown(median(figures)));
        }
    }
}

}  // namespace bytestore::bench
