// The files of .control: what each shows, and what a write to it does.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/apply/apply_stream.h"
#include "fs/control/control_file.h"
#include "fs/control/last_error.h"
#include "fs/control/log_level_file.h"
#include "fs/control/metrics_text.h"
#include "fs/memory_limit.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

// What .control shows of the daemon around the file system.
struct DaemonControl {
    std::string config;  // a line for each option in effect, as -o takes it
    LogLevelControl log_level;
};

// What the control files show and do. Everything outlives them.
struct ControlSources {
    Store& store;
    const LastError& last_error;
    std::function<MountCounts()> counts;
    std::function<Status()> sync;  // all there is, files that are no records yet included
    ApplyTarget apply;
    MemoryLimit& limit;  // for what is not applied yet
    DaemonControl daemon;
};

class ControlFiles {
public:
    explicit ControlFiles(ControlSources sources);

    const ControlFile* find(std::string_view name) const;
    const std::vector<ControlFile>& all() const { return files_; }

private:
    const ControlSources sources_;
    const std::vector<ControlFile> files_;
};

}  // namespace bytestore::fs
