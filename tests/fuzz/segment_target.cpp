// Whole logs: the scan of a segment against the survey that repair takes, then the opening of the store, for reading
// and for writing, against each other and against verify. A line of at least four '#' ends a segment.
#include "engine/log/segment.h"
#include "engine/log/segment_files.h"
#include "engine/log/segment_name.h"
#include "engine/log/segment_scan.h"
#include "engine/maintenance/survey.h"
#include "engine/maintenance/verify.h"
#include "engine/store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/held_files.h"
#include "tests/fuzz/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace bytestore::fuzz {
namespace {

using Map = std::map<std::string, std::string>;

constexpr std::string_view kBorder = "####";
constexpr std::string_view kStore = "/held";

// The inputs of the corpus name all segments alike, and a log has no two of one id.
std::string with_id(std::string segment, std::size_t number)
{
    constexpr std::string_view kId = "0123456789abcdef";
    for (auto at = segment.find(kId); at != segment.npos; at = segment.find(kId, at + kId.size())) {
        segment.replace(at, kId.size(), fmt::format("{:016x}", number));
    }
    return segment;
}

HeldFiles::Content log_of(std::string_view text, bool mended)
{
    HeldFiles::Content log;
    std::string segment;
    const auto add = [&] {
        log[segment_name(log.size())] = mended ? mended_log(with_id(segment, log.size())) : segment;
    };
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        if (text.starts_with(kBorder)) {
            add();
            segment.clear();
        } else {
            segment += text.substr(0, end);
        }
        text.remove_prefix(end);
    }
    add();
    return log;
}

struct Told {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::string key;
    bool operator==(const Told&) const = default;
};

// What is told of a segment up to its first bad line is what the survey tells, which goes on behind it.
void check_scan(const Segment& segment, std::uint64_t size)
{
    std::vector<Told> scanned;
    const auto scan = scan_segment(segment.file(), size, [&](auto offset, auto length, const format::Line& line) {
        scanned.push_back({offset, length, line.key});
    });
    if (!scan) {
        require(scan.error().code == Errc::unsupported, "memory has no read errors");
        return;
    }
    std::vector<Told> surveyed;
    std::optional<std::uint64_t> first_lost;
    const SurveySinks sinks{.record = [&](auto offset, auto length, const format::Line& line) -> Status {
                                surveyed.push_back({offset, length, line.key});
                                return {};
                            },
                            .lost = [&](const LostLine& line) -> Status {
                                first_lost = std::min(line.offset, first_lost.value_or(line.offset));
                                return {};
                            }};
    require(survey_segment(segment, size, sinks).has_value(), "a survey goes on to the end");
    require(scanned.size() == scan->records, "every record that counts is told");
    require(scanned.size() <= surveyed.size() && std::ranges::equal(scanned, std::span(surveyed).first(scanned.size())),
            "scan and survey tell the same");
    const auto bad = scan->bad ? std::optional(scan->bad->offset) : scan->first_skipped;
    require(!bad || *bad <= size, "what is bad has its place");
    require(first_lost.has_value() == bad.has_value(), "scan and survey agree on what is bad");
    require(bad || scanned.size() == surveyed.size(), "nothing is missing from a good segment");
}

void check_scans(HeldFiles& files)
{
    const auto directory = files.open_directory(std::string(kStore), false);
    for (std::uint64_t number = 0;; ++number) {
        const auto segment = open_segment(**directory, number, OpenMode::read);
        if (!segment) {
            return;
        }
        check_scan(**segment, (*segment)->file().info()->size);
    }
}

Result<std::unique_ptr<Store>> open(HeldFiles& files, bool read_only)
{
    Options options;
    options.read_only = read_only;
    options.sync = SyncMode::never;
    options.compaction_threshold = 0;
    return Store::open(std::string(kStore), std::move(options), files);
}

Map content_of(const Store& store)
{
    Map content;
    for (const auto& item : store.list({})) {
        auto value = store.get(item.name);
        require(value.has_value(), "what an opening took can be read");
        content[item.name] = std::move(*value);
    }
    return content;
}

void check_refused(const Error& error, const HeldFiles::Content& log, HeldFiles& files)
{
    require(error.code == Errc::damaged || error.code == Errc::unsupported, "a bad log is damaged or too new");
    require(error.message.size() < 1000, "a reason is short");
    auto now = files.content();
    now.erase("LOCK");
    require(now == log, "what is refused stays as it is");
}

void check_verified(HeldFiles& files, const Result<std::unique_ptr<Store>>& opened)
{
    std::optional<Finding> damage;
    const auto sink = [&](const Finding& found) -> Status {
        damage = damage || found.severity != Finding::Severity::damage ? damage : std::optional(found);
        return {};
    };
    const auto report = verify_store(std::string(kStore), sink, files);
    require(report && report->clean() == opened.has_value(), "verify finds damage where a store does not open");
    require(opened || opened.error().code == Errc::unsupported ||
                opened.error().message.ends_with(refusal(*damage).message),
            "verify says first what the opening says");
}

// A writer's opening may cut off a torn tail; it loses nothing, and what it writes then is there.
void check_writing(const HeldFiles::Content& log, Map content)
{
    HeldFiles files(log);
    const auto store = open(files, false);
    require(store.has_value(), "what can be read can be written to");
    require(content_of(**store) == content, "readers and writers see the same");
    require((*store)->set("new key", "new value", {.mtime = 1}).has_value(), "a new record can be written");
    require((*store)->close().has_value(), "it can be closed");
    content["new key"] = "new value";
    const auto again = open(files, true);
    require(again.has_value(), "what was written opens again: " + (again ? std::string() : again.error().message));
    require(content_of(**again) == content, "what was written is there");
}

void check_log(const HeldFiles::Content& log)
{
    HeldFiles files(log);
    check_scans(files);
    const auto store = open(files, true);
    check_verified(files, store);
    require(files.content() == log, "a reader changes nothing");
    if (store) {
        check_writing(log, content_of(**store));
        return;
    }
    const auto writer = open(files, false);
    require(!writer && writer.error().message == store.error().message, "a writer is refused as a reader is");
    check_refused(writer.error(), log, files);
}

}  // namespace
}  // namespace bytestore::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bytestore::fuzz;
    const auto text = text_of(data, size);
    const auto log = log_of(text, false);
    check_log(log);
    if (const auto mended = log_of(text, true); mended != log) {
        check_log(mended);
    }
    return 0;
}
