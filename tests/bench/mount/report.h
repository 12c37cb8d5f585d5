// What was measured: the median and the spread of each workload in each place, and what ours is to the others.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bytestore::bench {

class Report {
public:
    void add(const std::string& workload, const std::string& place, double microseconds);
    void note(const std::string& what, double figure) { notes_.emplace_back(what, figure); }
    void print() const;
    void write_json(const std::string& path) const;

private:
    using Figures = std::map<std::string, std::vector<double>>;  // by place

    std::vector<std::string> order_;
    std::map<std::string, Figures> figures_;  // by workload
    std::vector<std::pair<std::string, double>> notes_;
};

}  // namespace bytestore::bench
