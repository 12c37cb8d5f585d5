// The log as any reader of JSON lines sees it.
#pragma once

#include <string>
#include <vector>

namespace bytestore::test {

struct LogRecord {
    std::string command;  // Set or Delete
    std::string key;
    std::string value;  // as stored; empty for Delete

    bool operator==(const LogRecord&) const = default;
};

// All records in the segments of `directory`, in order, but for headers and seals.
std::vector<LogRecord> log_records(const std::string& directory);
std::ostream& operator<<(std::ostream& out, const LogRecord& record);

// The marker of a directory.
std::string marker_of(const std::string& directory);

}  // namespace bytestore::test
