// What a crash may leave of each file. A file is exactly what was acknowledged last, by a close, an fsync or a rename;
// or what was made pending since (created or truncated by open), for that becomes a record at a moment of the mount's
// own.
#pragma once

#include "tests/vfs/model.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bytestore::test {

struct FileVersion {
    std::string content;
    std::uint32_t mode = 0;
    std::optional<std::int64_t> mtime;  // nanoseconds; nothing: whatever the clock said
};

class CrashLedger {
public:
    void created(const ModelPtr& file);
    void truncated_by_open(const ModelPtr& file);
    void opened_for_writing(const ModelPtr& file);
    // By a write, through a handle or a mapping, or a change of the size or the mode.
    void changed(const ModelPtr& file);
    // A change of attributes by name, which is a record at once where nobody has the file open for writing.
    void changed_by_name(const ModelPtr& file, bool open_for_writing);
    void time_set(const ModelPtr& file, std::int64_t mtime);
    void time_moved(const ModelPtr& file);

    void closed_by_writer(const ModelPtr& file);
    void synced_with_others(const ModelPtr& file);  // a sync of the directory or of the store
    void acknowledged(const ModelPtr& file);        // by an fsync or a rename
    void remounted(const ModelPtr& file);           // cleanly
    // Truncated by open, and nothing since: if a signal ends the mount the old value may stand.
    bool is_awaited(const ModelPtr& file) const;
    void removed(const ModelPtr& file) { files_.erase(file); }
    void clear() { files_.clear(); }

    std::optional<std::int64_t> mtime(const ModelPtr& file) const;
    // Whether a crash may have left `found`, nothing being no file. If so the file is that from now on.
    bool survives_as(const ModelPtr& file, const std::optional<FileVersion>& found);
    // What a crash may leave, for a person to read.
    std::string told(const ModelPtr& file) const;

private:
    struct State {
        std::vector<std::optional<FileVersion>> possible;
        std::optional<std::int64_t> mtime;
        bool changed = false;  // the next close of a writer makes a record
        bool awaited = false;  // truncated by open, and nothing since
        bool settled = true;   // nobody opened it for writing: no release can be on its way
    };
    State* find(const ModelPtr& file);
    static FileVersion version(const ModelPtr& file, const State& state);

    std::map<ModelPtr, State> files_;
};

}  // namespace bytestore::test
