#include "tests/bench/mount/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>

namespace bytestore::bench {
namespace {

constexpr std::array kPlaces = {"ours", "null", "disk", "tmpfs"};

struct Summary {
    double median = 0;
    double spread = 0;  // the largest less the smallest, to the median
};

Summary summary_of(std::vector<double> figures)
{
    std::ranges::sort(figures);
    const auto median = figures.at(figures.size() / 2);
    return {.median = median, .spread = (figures.back() - figures.front()) / median};
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
            const auto [median, spread] = summary_of(figures_.at(workload).at(place));
            medians[place] = median;
            line += fmt::format(" {:.3g} ±{:.0f}% |", median, spread * 50);
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
