// How far a long command is: on a terminal one line that is rewritten, with -v a remark now and then.
#pragma once

#include "engine/options.h"
#include "tools/session.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace bytestore::tools {

class Progress {
public:
    // `done` is what was done to records: "exported". The session outlives this.
    Progress(Session& session, std::string done);
    ~Progress();  // wipes the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(std::uint64_t records, std::uint64_t bytes);

private:
    using Clock = std::chrono::steady_clock;

    Session& session_;
    const std::string done_;
    Clock::time_point next_;
    bool shown_ = false;
};

}  // namespace bytestore::tools
