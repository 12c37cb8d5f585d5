// Renaming: one atomic batch, whatever is moved. The caller holds the name lock alone.
#pragma once

#include "engine/result.h"
#include "engine/store.h"
#include "fs/core/directories.h"
#include "fs/core/files.h"
#include "fs/core/names.h"
#include "fs/core/node_table.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::fs {

enum class RenameMode : std::uint8_t {
    replace,
    no_replace,  // Errc::exists if the new name is taken
    exchange,    // both names exist, and change places
};

class Rename {
public:
    Rename(Store& store, NodeTable& nodes, const Names& names, Files& files, const Directories& directories);

    // A directory costs the bytes of everything under it. On error nothing has changed.
    Result<Position> run(const NodePtr& parent, std::string_view name, const NodePtr& new_parent,
                         std::string_view new_name, RenameMode mode);

private:
    Status check(RenameMode mode) const;
    Status check_directory(RenameMode mode) const;
    Status check_reserved(RenameMode mode) const;
    Status plan(RenameMode mode);
    Status move_target(const Target& from, const Spot& to);
    Status move_directory(const Spot& from, const Spot& to);
    Status move_file(const Target& from, std::string to);
    void move_stored(std::string from, std::string to, const Meta& meta);
    void remove_sources(RenameMode mode);
    void move_nodes(RenameMode mode);
    void entry_changed(const Spot& spot) const;

    Store& store_;
    NodeTable& nodes_;
    const Names& names_;
    Files& files_;
    const Directories& directories_;

    // Of the run.
    Target from_;
    Spot to_;
    std::optional<Target> replaced_;
    const std::int64_t time_ = now();
    Batch batch_;
    std::vector<std::string> sources_;
    std::vector<std::string> destinations_;
};

}  // namespace bytestore::fs
