// Collects what the cases measured and prints it as two tables: ours beside the best peer with the ratio of the two,
// and what only ours was asked. Every figure is the median of the repetitions.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace bytestore::bench {

class RatioTable : public benchmark::ConsoleReporter {
public:
    explicit RatioTable(std::vector<std::string> order);  // of the cases in the tables
    void ReportRuns(const std::vector<Run>& runs) override;
    void Finalize() override;

private:
    using Figures = std::vector<double>;

    void print_compared() const;
    void print_alone() const;

    const std::vector<std::string> order_;
    std::map<std::string, std::map<std::string, Figures>> compared_;  // case, contender: "ns"
    std::map<std::string, std::map<std::string, Figures>> walls_;     // case, contender: "wall ns"
    std::map<std::string, std::map<std::string, Figures>> alone_;     // case, counter
};

}  // namespace bytestore::bench
