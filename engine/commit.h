// One commit on its way into the log: what a batch asks for, checked, and the lines it becomes.
#pragma once

#include "engine/format/value_codec.h"
#include "engine/log/buffered_output.h"
#include "engine/log/catalog.h"
#include "engine/log/log_tail.h"
#include "engine/options.h"
#include "engine/store.h"
#include "engine/value_pieces.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore {

class Commit {
public:
    // What `tail` has of the log is not read from a file. It outlives the commit.
    explicit Commit(const LogTail& tail)
        : tail_(tail)
    {
    }
    ~Commit() = default;
    Commit(const Commit&) = delete;
    Commit& operator=(const Commit&) = delete;

    // First, and once. Checks every key and value, finds the sources of copies, and leaves out Deletes of what is not
    // bound. Errors name the key; nothing has changed then. `batch` outlives the commit.
    Status plan(const Batch& batch, const Catalog& catalog, const Options& options);

    std::size_t lines() const { return steps_.size(); }
    std::uint64_t bytes() const;  // that the lines have, at most
    // Whether it only removes: what it sets beside is empty (markers of directories).
    bool removes() const;
    // Writes the lines for the segment in `slot`; the first says `sync_mark`. Fills changes().
    Status emit(BufferedOutput& output, Catalog::Slot slot, std::optional<std::uint64_t> sync_mark);
    std::span<const Catalog::Change> changes() const { return changes_; }
    // Of the large values among them, by the offsets of their records.
    std::vector<std::pair<std::uint64_t, KnownTextPtr>>& known_texts() { return known_texts_; }

private:
    struct Step {
        const Batch::Operation* operation = nullptr;
        std::optional<Catalog::Found> source;  // of a copy
        format::Spelling spelling;             // of the value of a set
    };

    Status emit_step(BufferedOutput& output, const Step& step, const format::Fields& fields, Entry& entry);
    Status emit_large(BufferedOutput& output, const Step& step, const format::Fields& fields, Entry& entry);
    Result<format::WrittenSet> emit_set(const format::Output& output, const Step& step, const format::Fields& fields);
    Result<format::WrittenSet> emit_copy(const format::Output& output, const Catalog::Found& source,
                                         std::string_view key, const format::Fields& fields);

    const LogTail& tail_;

    static constexpr std::size_t kUsual = 2048;  // bytes that most commits do with
    std::array<std::byte, kUsual> room_;
    std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
    std::pmr::vector<Step> steps_{&memory_};
    std::pmr::vector<Catalog::Change> changes_{&memory_};
    std::vector<std::pair<std::uint64_t, KnownTextPtr>> known_texts_;
};

}  // namespace bytestore
