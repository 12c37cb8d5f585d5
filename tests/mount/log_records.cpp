#include "tests/mount/log_records.h"

#include "fs/mapping.h"
#include "tests/support/files.h"

#include <nlohmann/json.hpp>

#include <ostream>
#include <sstream>
#include <string_view>

namespace bytestore::test {
namespace {

constexpr std::string_view kOwnMark{"\0bytestore", 10};

}  // namespace

std::vector<LogRecord> log_records(const std::string& directory)
{
    std::vector<LogRecord> records;
    for (const auto& segment : segments_in(directory)) {
        std::istringstream lines(read_file(segment));
        for (std::string line; std::getline(lines, line);) {
            const auto json = nlohmann::json::parse(line);
            if (json.at("key") != kOwnMark) {
                records.push_back({json.at("cmd"), json.at("key"), json.value("value", "")});
            }
        }
    }
    return records;
}

std::ostream& operator<<(std::ostream& out, const LogRecord& record)
{
    return out << record.command << ' ' << nlohmann::json(record.key) << ' ' << nlohmann::json(record.value);
}

std::string marker_of(const std::string& directory)
{
    return fs::marker_key(directory);
}

}  // namespace bytestore::test
