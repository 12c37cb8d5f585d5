#include "tests/bench/mount/report.h"

#include "tests/bench/median.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>

namespace bytestore::bench {
namespace {

constexpr std::array kPlaces = {"ours", "null", "disk", "tmpfs"};

// The largest less the smallest, to the median.
double spread(const std::vector<double>& figures)
{
    const auto [least, most] = std::ranges::minmax(figures);
    return (most - least) / median(figures);
}

}  // namespace

void Report::add(const std::string& workload, const std::string& place, double microseconds)
{
    if (!figures_.contains(workload)) {
        order_.push_back(workload);
    }
    figures_[workload][place].push_back(microseconds);
}

void Report::print() const
{
    fmt::print("| us | ours | null | disk | tmpfs | ours / null | ours / disk |\n");
    fmt::print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (const auto& workload : order_) {
        std::string line = fmt::format("| {} |", workload);
        std::map<std::string, double> medians;
        for (const auto* place : kPlaces) {
            const auto& figures = figures_.at(workload).at(place);
            medians[place] = median(figures);
            line += fmt::format(" {:.3g} ±{:.0f}% |", medians[place], spread(figures) * 50);
        }
        fmt::print("{} {:.2f} | {:.2f} |\n", line, medians["ours"] / medians["null"],
                   medians["ours"] / medians["disk"]);
    }
    for (const auto& [what, figure] : notes_) {
        fmt::print("\n{}: {:.1f}", what, figure);
    }
    fmt::print("\n");
}

void Report::write_json(const std::string& path) const
{
    nlohmann::json all;
    for (const auto& [workload, figures] : figures_) {
        all["us"][workload] = figures;
    }
    for (const auto& [what, figure] : notes_) {
        all["notes"][what] = figure;
    }
    std::ofstream(path) << all.dump(2) << '\n';
}

}  // namespace bytestore::bench
