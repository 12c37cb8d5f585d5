#include "engine/maintenance/survey.h"

#include "engine/format/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace bytestore {
namespace {

using format::Line;

// Of a bad line this much is searched for its key.
constexpr std::uint64_t kSearched = std::uint64_t{512} << 10;

std::optional<std::string> visible_key(const LineScanner& scanner)
{
    constexpr std::string_view kBefore = R"("key":")";
    std::string text(static_cast<std::size_t>(std::min(scanner.length(), kSearched)), '\0');
    if (!scanner.source()(0, text)) {
        return std::nullopt;
    }
    const auto at = text.find(kBefore);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    std::string key;
    const auto step = format::read_text(std::string_view(text).substr(at + kBefore.size()),
                                        [&](std::string_view part) { key += part; });
    return step.match == format::Match::yes ? std::optional(std::move(key)) : std::nullopt;
}

class Survey {
public:
    Survey(const Segment& segment, std::uint64_t size, const SurveySinks& sinks)
        : scanner_(segment.file(), 0, size), sinks_(sinks)
    {
    }

    Status run();

private:
    struct Held {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        Line line;
    };

    Status take(Line line);
    Status take_record(Line line);
    Status take_batch_record(Line line);
    Status take_seal(const Line& line);
    Status deliver(std::uint64_t offset, std::uint64_t length, const Line& line);
    Status give_up_batch();
    Status lose(std::string reason, std::optional<std::string> key);

    LineScanner scanner_;
    const SurveySinks& sinks_;
    std::vector<Held> batch_;
    std::uint64_t lines_ = 0;  // behind the header, without blank ones
    bool header_seen_ = false;
    bool seal_seen_ = false;
};

Status Survey::run()
{
    while (true) {
        TRY_ASSIGN(const bool more, scanner_.next());
        if (!more) {
            break;
        }
        auto line = scanner_.parse();
        if (line && line->bereft && header_seen_) {
            ++lines_;
            TRY(lose("a record of a batch without its checksum", std::move(line->key)));
        } else if (line) {
            TRY(take(std::move(*line)));
        } else if (line.error().code == Errc::damaged) {
            ++lines_;
            TRY(lose(line.error().message, visible_key(scanner_)));
        } else {
            return forward(line);
        }
    }
    return give_up_batch();
}

Status Survey::take(Line line)
{
    if (line.type == Line::Type::blank) {
        return {};
    }
    if (!line.fields.batch) {
        TRY(give_up_batch());
    }
    if (line.type == Line::Type::header && scanner_.offset() == 0) {
        header_seen_ = true;
        return {};
    }
    if (line.type == Line::Type::seal && !std::exchange(seal_seen_, true)) {
        return take_seal(line);
    }
    ++lines_;
    return line.type == Line::Type::record ? take_record(std::move(line)) : Status{};
}

Status Survey::take_seal(const Line& line)
{
    if (line.seal.records == lines_ && line.seal.size == scanner_.offset()) {
        return {};
    }
    return lose(fmt::format("the seal does not fit: it says {} records in {} bytes, there are {} in {}",
                            line.seal.records, line.seal.size, lines_, scanner_.offset()),
                std::nullopt);
}

Status Survey::take_record(Line line)
{
    return line.fields.batch ? take_batch_record(std::move(line)) : deliver(scanner_.offset(), scanner_.length(), line);
}

Status Survey::take_batch_record(Line line)
{
    const auto mark = *line.fields.batch;
    const bool goes_on =
        mark.index == batch_.size() + 1 && (batch_.empty() || batch_.front().line.fields.batch->count == mark.count);
    if (!goes_on) {
        TRY(give_up_batch());
        if (mark.index != 1) {
            return lose(fmt::format("record {} of {} of an incomplete batch", mark.index, mark.count),
                        std::move(line.key));
        }
    }
    batch_.push_back({.offset = scanner_.offset(), .length = scanner_.length(), .line = std::move(line)});
    if (mark.index == mark.count) {
        for (const auto& held : std::exchange(batch_, {})) {
            TRY(deliver(held.offset, held.length, held.line));
        }
    }
    return {};
}

// A copy of a header or a seal that lost its fields is no record, but counts in its batch.
Status Survey::deliver(std::uint64_t offset, std::uint64_t length, const Line& line)
{
    return line.key == format::kStoreKey ? Status{} : sinks_.record(offset, length, line);
}

Status Survey::give_up_batch()
{
    for (auto& held : std::exchange(batch_, {})) {
        const auto mark = *held.line.fields.batch;
        TRY(sinks_.lost({.offset = held.offset,
                         .length = held.length,
                         .reason = fmt::format("record {} of {} of an incomplete batch", mark.index, mark.count),
                         .key = std::move(held.line.key)}));
    }
    return {};
}

Status Survey::lose(std::string reason, std::optional<std::string> key)
{
    return sinks_.lost(
        {.offset = scanner_.offset(), .length = scanner_.length(), .reason = std::move(reason), .key = std::move(key)});
}

}  // namespace

Status survey_segment(const Segment& segment, std::uint64_t size, const SurveySinks& sinks)
{
    return Survey(segment, size, sinks).run();
}

}  // namespace bytestore
