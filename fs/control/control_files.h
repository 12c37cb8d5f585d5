// The files of .control: what each shows, and what a write to it does.
#pragma once

#include "engine/result.h"
#include "engine/store.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

struct ControlFile {
    std::string name;
    std::uint32_t mode = 0;                                 // 0400, or 0600 if it can be written
    std::function<std::string()> read;                      // what a reader gets
    std::function<Status(std::string_view command)> write;  // one command, as one write; nullptr: read-only
};

class ControlFiles {
public:
    // `commit_pending` makes records of files that are none yet, before a sync.
    ControlFiles(Store& store, std::function<Status()> commit_pending);

    const ControlFile* find(std::string_view name) const;
    const std::vector<ControlFile>& all() const { return files_; }

private:
    std::vector<ControlFile> files_;
};

}  // namespace bytestore::fs
