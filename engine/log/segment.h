// One file of the log, open for reading. What changes about it while the store runs (size, counts) is kept by the
// catalog.
#pragma once

#include "engine/format/record.h"
#include "engine/io/file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bytestore {

class Segment {
public:
    Segment(std::uint64_t number, std::unique_ptr<File> file, const FileInfo& info,
            std::optional<format::Header> header);

    std::uint64_t number() const { return number_; }
    std::uint64_t inode() const { return inode_; }
    std::int64_t file_mtime() const { return file_mtime_; }  // as of opening; the time of records that carry none
    File& file() const { return *file_; }
    const std::optional<format::Header>& header() const { return header_; }   // none: the first ByteStore wrote it
    std::string id() const { return header_ ? header_->id : std::string(); }  // of its header; empty without one
    // For recovery, which opens a file before it knows what is in it; nobody else has the segment yet.
    void adopt_header(std::optional<format::Header> header) { header_ = std::move(header); }
    std::uint64_t from() const { return header_ ? header_->from : number_; }  // the lowest number merged into it

    // The line of `length` bytes at `offset`, its checksum verified; as format::parse_line. Errors name segment and
    // offset.
    Result<format::Line> read_line(std::uint64_t offset, std::uint64_t length, std::string* value) const;
    // The same of a line that was read from `offset` already.
    Result<format::Line> parse_line(std::uint64_t offset, std::string_view line, std::string* value) const;
    // What was read of the line at `offset`, with the place in what it says of damage.
    template <class T>
    Result<T> placed(std::uint64_t offset, Result<T> read) const;

private:
    const std::uint64_t number_;
    const std::unique_ptr<File> file_;
    const std::uint64_t inode_;
    const std::int64_t file_mtime_;
    std::optional<format::Header> header_;
};

// Errc::damaged: "log-...dat is damaged at offset N: reason".
std::unexpected<Error> damaged_at(std::uint64_t segment, std::uint64_t offset, std::string_view reason);

template <class T>
Result<T> Segment::placed(std::uint64_t offset, Result<T> read) const
{
    if (!read && read.error().code == Errc::damaged) {
        return damaged_at(number_, offset, read.error().message);
    }
    return read;
}

// Owns a decision about keys in 64 bits: XXH3 of the key, but never 0. A collision only keeps a tombstone longer than
// needed.
std::uint64_t key_hash(std::string_view key);

}  // namespace bytestore
