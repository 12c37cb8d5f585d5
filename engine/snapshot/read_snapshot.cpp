#include "engine/snapshot/read_snapshot.h"

#include "engine/snapshot/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <utility>

namespace bytestore {
namespace {

using snapshot::hash_of;
using snapshot::kHeaderBytes;
using snapshot::Reader;

std::unexpected<Error> malformed(std::string_view reason)
{
    return fail(Errc::damaged, fmt::format("{} is malformed: {}", kSnapshotName, reason));
}

Result<std::string> read_exactly(const ReadAt& read, std::uint64_t offset, std::uint64_t size)
{
    std::string bytes(static_cast<std::size_t>(size), '\0');
    TRY_ASSIGN(const std::size_t got, read(offset, bytes));
    if (got != bytes.size()) {
        return malformed("it ends too early");
    }
    return bytes;
}

struct Header {
    std::uint64_t entries = 0;
    std::uint64_t hidden = 0;
    std::uint64_t segments = 0;
    std::uint64_t tables = 0;  // bytes
    std::uint64_t base = 0;    // bytes
    std::uint64_t tables_sum = 0;
};

Result<Header> read_header(const ReadAt& read, std::uint64_t size)
{
    if (size < kHeaderBytes) {
        return malformed("it is too short");
    }
    TRY_ASSIGN(const std::string bytes, read_exactly(read, 0, kHeaderBytes));
    Reader reader(bytes);
    const std::uint64_t magic = reader.number();
    const std::uint64_t version = reader.number();
    const Header header{.entries = reader.number(),
                        .hidden = reader.number(),
                        .segments = reader.number(),
                        .tables = reader.number(),
                        .base = reader.number(),
                        .tables_sum = reader.number()};
    if (magic != snapshot::kMagic) {
        return malformed("it is something else");
    }
    if (reader.number() != hash_of(std::string_view(bytes).substr(0, kHeaderBytes - sizeof(std::uint64_t)))) {
        return malformed("its header does not match its checksum");
    }
    if (version != snapshot::kVersion) {
        return fail(Errc::unsupported, fmt::format("{} has version {}", kSnapshotName, version));
    }
    const std::uint64_t rest = size - kHeaderBytes;
    // An entry has at least eight bytes; none means that the base is empty.
    if (header.tables > rest || header.base != rest - header.tables || header.entries > header.base / 8 ||
        (header.entries == 0 && header.base > 0)) {
        return malformed("its parts do not add up");
    }
    return header;
}

SnapshotSegment read_segment(Reader& reader)
{
    SnapshotSegment segment;
    segment.number = reader.number();
    segment.id = reader.text();
    segment.sealed = reader.number() != 0;
    segment.covered = reader.number();
    segment.tail = reader.number();
    segment.inode = reader.number();
    segment.mtime = static_cast<std::int64_t>(reader.number());
    segment.records = reader.number();
    segment.unverified = reader.number();
    segment.stale = reader.number();
    segment.dead_bytes = reader.number();
    segment.dead_sets.resize(reader.count(sizeof(std::uint64_t)));
    for (auto& hash : segment.dead_sets) {
        hash = reader.number();
    }
    segment.pending.resize(reader.count(2 * sizeof(std::uint64_t)));
    for (auto& record : segment.pending) {
        record.hash = reader.number();
        record.length = reader.number();
    }
    return segment;
}

// A record has at least one byte, and what is dead or pending is a record.
bool makes_sense(const SnapshotSegment& segment)
{
    return segment.records <= segment.covered && segment.stale <= segment.records &&
           segment.pending.size() <= segment.records - segment.stale && segment.dead_bytes <= segment.covered &&
           segment.unverified <= segment.records &&
           std::ranges::adjacent_find(segment.dead_sets, std::greater_equal<>{}) == segment.dead_sets.end();
}

Result<std::vector<SnapshotSegment>> read_segments(Reader& reader, const Header& header)
{
    std::vector<SnapshotSegment> segments;
    std::uint64_t live = 0;
    for (std::uint64_t i = 0; i < header.segments && reader.good(); ++i) {
        segments.push_back(read_segment(reader));
        const auto& segment = segments.back();
        const bool in_order = i == 0 || segments[i - 1].number < segment.number;
        if (!in_order || !makes_sense(segment)) {
            return malformed("its table of segments makes no sense");
        }
        live += segment.records - segment.stale - segment.pending.size();
    }
    if (!reader.good() || live != header.entries || header.hidden > header.entries + 1) {
        return malformed("its table of segments does not add up");
    }
    return segments;
}

std::vector<std::uint64_t> read_numbers(Reader& reader, std::size_t count)
{
    std::vector<std::uint64_t> numbers(count);
    for (auto& number : numbers) {
        number = reader.number();
    }
    return numbers;
}

bool ascend(const PageKeys& keys)
{
    for (std::size_t page = 1; page < keys.size(); ++page) {
        if (keys[page - 1] >= keys[page]) {
            return false;
        }
    }
    return true;
}

std::shared_ptr<const PageKeys> read_page_keys(Reader& reader, std::size_t pages)
{
    auto keys = std::make_shared<PageKeys>();
    while (keys->size() < pages) {
        keys->add(reader.text());
    }
    return keys;
}

// Brings in the pages of the base, each when it is asked for.
class PageSource {
public:
    PageSource(ReadAt read, const Header& header, const std::vector<SnapshotSegment>& segments,
               IndexBase::Starts starts, std::vector<std::uint64_t> sums, std::shared_ptr<const PageKeys> keys)
        : read_(std::move(read)),
          origin_(kHeaderBytes + header.tables),
          size_(header.base),
          entries_(header.entries),
          starts_(std::move(starts)),
          sums_(std::move(sums)),
          keys_(std::move(keys))
    {
        for (const auto& segment : segments) {
            covered_.push_back(segment.covered);
        }
    }

    bool fetch(std::size_t page, char* bytes) const
    {
        const std::size_t first = page * IndexBase::kPageBlocks;
        const std::size_t blocks = std::min(IndexBase::kPageBlocks, starts_->size() - first);
        const auto starts = std::span(*starts_).subspan(first, blocks);
        const std::uint64_t end = first + blocks < starts_->size() ? (*starts_)[first + blocks] : size_;
        const auto size = static_cast<std::size_t>(end - starts.front());
        const std::size_t rank = first * IndexBase::kBlockEntries;
        const bool last = page + 1 == sums_.size();
        const IndexBase::PageShape shape{.starts = starts,
                                         .entries = std::min(blocks * IndexBase::kBlockEntries, entries_ - rank),
                                         .first = (*keys_)[page],
                                         .behind = last ? std::nullopt : std::optional((*keys_)[page + 1]),
                                         .fits = fits_};
        std::string content(size + IndexBase::kPageSlack, '\0');
        const auto got = read_(origin_ + starts.front(), std::span(content).first(size));
        const auto text = std::string_view(content).substr(0, size);
        if (!got || *got != size || hash_of(text) != sums_[page] || !IndexBase::is_page(text, shape)) {
            return false;
        }
        std::ranges::copy(text, bytes + starts.front());
        return true;
    }

private:
    // No value is longer than the line that it stands in.
    bool fits(const Entry& entry) const
    {
        return entry.size <= entry.length && entry.segment < covered_.size() &&
               entry.offset < covered_[entry.segment] && entry.length < covered_[entry.segment] - entry.offset;
    }

    const ReadAt read_;
    const std::uint64_t origin_;  // of the base in the file
    const std::uint64_t size_;    // of the base
    const std::size_t entries_;
    const IndexBase::Starts starts_;         // of blocks
    const std::vector<std::uint64_t> sums_;  // of pages
    const std::shared_ptr<const PageKeys> keys_;
    const std::function<bool(const Entry&)> fits_ = [this](const Entry& entry) { return fits(entry); };
    std::vector<std::uint64_t> covered_;
};

}  // namespace

Result<Snapshot> read_snapshot(ReadAt read, std::uint64_t size, SnapshotLoad load)
{
    TRY_ASSIGN(const Header header, read_header(read, size));
    TRY_ASSIGN(const std::string tables, read_exactly(read, kHeaderBytes, header.tables));
    if (hash_of(tables) != header.tables_sum) {
        return malformed("its tables do not match their checksum");
    }
    Reader reader(tables);
    TRY_ASSIGN(auto segments, read_segments(reader, header));
    const auto entries = static_cast<std::size_t>(header.entries);
    const auto starts =
        std::make_shared<std::vector<std::uint64_t>>(read_numbers(reader, IndexBase::blocks_of(entries)));
    auto sums = read_numbers(reader, IndexBase::pages_of(entries));
    const auto keys = read_page_keys(reader, sums.size());
    const bool ascending = std::ranges::adjacent_find(*starts, std::greater_equal<>{}) == starts->end();
    if (!reader.at_end() || !ascending || !ascend(*keys) ||
        (!starts->empty() && (starts->front() != 0 || starts->back() >= header.base))) {
        return malformed("its table of blocks makes no sense");
    }
    const std::size_t pages = sums.size();
    const auto source = std::make_shared<PageSource>(std::move(read), header, segments, starts, std::move(sums), keys);
    PagedBytes bytes(static_cast<std::size_t>(header.base), pages,
                     [source](std::size_t page, char* into) { return source->fetch(page, into); });
    IndexBase base(entries, starts, std::move(bytes), load == SnapshotLoad::on_demand ? keys : nullptr);
    if (load == SnapshotLoad::whole && !base.load()) {
        return malformed("its index does not match its checksums");
    }
    const auto hidden = header.hidden == 0 ? std::nullopt : std::optional(header.hidden - 1);
    return Snapshot{.segments = std::move(segments), .hidden_keys = hidden, .base = std::move(base)};
}

}  // namespace bytestore
