// One commit on its way into the log: what a batch asks for, checked, and the lines it becomes.
#pragma once

#include "engine/format/value_codec.h"
#include "engine/log/buffered_output.h"
#include "engine/log/catalog.h"
#include "engine/log/log_tail.h"
#include "engine/options.h"
#include "engine/store.h"
#include "engine/value_pieces.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore {

class Commit {
public:
    // Checks every key and value, finds the sources of copies, and leaves out Deletes of what is not bound. Errors name
    // the key; nothing has changed then. What `tail` has of the log is not read from a file. `batch` and `tail` outlive
    // the commit.
    static Result<Commit> plan(const Batch& batch, const Catalog& catalog, const LogTail& tail, const Options& options);

    std::size_t lines() const { return steps_.size(); }
    std::uint64_t bytes() const;  // that the lines have, at most
    // Whether it only removes: what it sets beside is empty (markers of directories).
    bool removes() const;
    // Writes the lines for the segment in `slot`; the first says `sync_mark`. Fills changes().
    Status emit(BufferedOutput& output, Catalog::Slot slot, std::optional<std::uint64_t> sync_mark);
    const std::vector<Catalog::Change>& changes() const { return changes_; }
    // Of the large values among them, by the offsets of their records.
    std::vector<std::pair<std::uint64_t, KnownTextPtr>>& known_texts() { return known_texts_; }

private:
    struct Step {
        const Batch::Operation* operation = nullptr;
        std::optional<Catalog::Found> source;  // of a copy
        format::Spelling spelling;             // of the value of a set
    };

    explicit Commit(const LogTail& tail)
        : tail_(&tail)
    {
    }
    Status emit_step(BufferedOutput& output, const Step& step, const format::Fields& fields, Entry& entry);
    Status emit_large(BufferedOutput& output, const Step& step, const format::Fields& fields, Entry& entry);
    Result<format::WrittenSet> emit_set(const format::Output& output, const Step& step,
                                        const format::Fields& fields) const;
    Result<format::WrittenSet> emit_copy(const format::Output& output, const Catalog::Found& source,
                                         std::string_view key, const format::Fields& fields) const;

    const LogTail* tail_;

    std::vector<Step> steps_;
    std::vector<Catalog::Change> changes_;
    std::vector<std::pair<std::uint64_t, KnownTextPtr>> known_texts_;
};

}  // namespace bytestore
