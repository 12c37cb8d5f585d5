// A batch as lines of the log tell it: which records they may hold, and what they leave unsaid.
#pragma once

#include "engine/format/record.h"
#include "engine/result.h"
#include "engine/store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bytestore::fs {

// The value that a key has now, if any.
using FindEntry = std::function<Result<std::optional<Entry>>(std::string_view key)>;

// Whether a Set may come from outside of the mount: Errc::invalid for a reserved key (a directory's marker is one only
// with a value in it), and for the target of a link that symlink(2) would refuse.
Status check_set(std::string_view key, std::string_view value, Kind kind);

class ApplyBatch {
public:
    explicit ApplyBatch(FindEntry find)
        : find_(std::move(find))
    {
    }

    // Adds what a line says. Its times, mode and owner are taken as it gives them; where it does not, the time is now,
    // and mode and owner stay those of the key, as when its file is written. A Delete of what is not there has no
    // effect. Errors are those of check_set and of looking the key up, and nothing is added.
    Status add(format::Line line, std::string value);

    const Batch& batch() const { return batch_; }
    std::size_t records() const { return records_; }

private:
    struct Bound {
        Kind kind = Kind::bytes;
        Meta meta;
    };

    Result<std::optional<Bound>> bound(const std::string& key) const;
    Result<Meta> meta_of(const format::Line& line) const;

    FindEntry find_;
    Batch batch_;
    std::size_t records_ = 0;
    std::unordered_map<std::string, std::optional<Bound>> bound_;  // by the records so far; nothing: deleted
};

}  // namespace bytestore::fs
