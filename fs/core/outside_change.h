// A change that did not come from the kernel: kvs, or .control/apply. The nodes are mended, and what the kernel must
// forget is noted.
//
// Open files keep what they had when their key vanishes, as after an unlink, and follow a value that is replaced,
// unless a writer has something in its buffer: then the last close wins. A file whose key becomes a directory is that
// directory's %value from then on, and the reverse. Of a directory in which nothing is left but new files that are no
// record yet these become records, and it stays.
//
// The caller holds the name lock alone.
#pragma once

#include "engine/store.h"
#include "fs/core/directories.h"
#include "fs/core/files.h"
#include "fs/core/invalidations.h"
#include "fs/core/names.h"
#include "fs/core/node_table.h"
#include "fs/core/pending_files.h"
#include "fs/core/sizes_to_tell.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore::fs {

class OutsideChange {
public:
    OutsideChange(Store& store, NodeTable& nodes, const Names& names, Files& files, const Directories& directories,
                  PendingFiles& pending);

    // Used once. On error nothing has changed, and nothing is noted.
    Result<Position> run(const Batch& batch, const Invalidations& invalidations);
    // Those whose pages the kernel may still have: see Files::replaced.
    const std::vector<NodePtr>& stale_files() const { return stale_; }
    // Those that show a longer or a shorter record: see SizesToTell, whose life ends with that of this.
    const std::vector<NodePtr>& grown_files() const { return grown_.files(); }
    const std::vector<NodePtr>& cut_files() const { return cut_.files(); }

private:
    // A name that the kernel may have cached, for it knows the directory: what stood there before.
    struct Before {
        Spot spot;
        NodePtr node;  // of what stood there, if it is known
        std::optional<Type> type;
        std::optional<ValueRef> value;  // of the key itself, even where that is a directory
        bool named = false;             // the batch names the key itself, and not only keys below it
    };

    void note(std::string_view key);
    Before& note_spot(const NodePtr& directory, std::string_view segment, std::string_view key);

    Position record_what_is_left();
    std::optional<Type> type_after(const Before& before) const;
    void mend(const Before& before);
    void mend_value(const Before& before);
    void become_directory(const Before& before);
    void leave_directory(const Before& before, std::optional<Type> type);
    void follow(const NodePtr& file, const Before& before);
    void note_size(const NodePtr& file, std::uint64_t before, std::uint64_t now);
    void vanish(const NodePtr& file, const Before& before);
    void entry_changed(const Spot& spot);

    Store& store_;
    NodeTable& nodes_;
    const Names& names_;
    Files& files_;
    const Directories& directories_;
    PendingFiles& pending_;

    // By key, so that a directory comes before what is in it.
    std::map<std::string, Before, std::less<>> before_;
    std::set<std::pair<Ino, std::string>> entries_;
    std::set<Ino> contents_;
    std::vector<NodePtr> stale_;  // see stale_files
    SizesToTell grown_;
    SizesToTell cut_;
    std::set<NodePtr> followed_;  // files that show another record
};

}  // namespace bytestore::fs
