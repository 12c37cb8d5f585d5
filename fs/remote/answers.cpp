#include "fs/remote/answers.h"

#include "fs/remote/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace bytestore::remote {
namespace {

// Two keys of 64 KiB, with every byte escaped.
constexpr std::uint32_t kRequestHead = std::uint32_t{2} << 20;
constexpr std::size_t kPageItems = 1000;
constexpr std::size_t kPageBytes = std::size_t{256} << 10;
constexpr std::uint64_t kBatchParts = std::uint64_t{1} << 20;
constexpr std::uint64_t kPartBytes = sizeof(Batch::Operation);
constexpr std::uint64_t kBatchBytes = kLargestMaxValue + kMaxKeyBytes + kPartBytes;

std::unexpected<Error> unknown(const std::string& what)
{
    return fail(Errc::unsupported, fmt::format("the daemon knows no request {}", what));
}

Json page_of(const std::vector<ListItem>& items)
{
    auto page = Json::array();
    std::size_t bytes = 0;
    for (const auto& item : items) {
        if (bytes > kPageBytes) {
            break;
        }
        bytes += item.name.size();
        page.push_back(json_of(item));
    }
    return page;
}

// Nothing thrown leaves a request: the library throws for members that are missing or of another type.
template <class Body>
auto guarded(Body body) -> decltype(body())
{
    try {
        return body();
    } catch (const Json::exception& error) {
        return fail(Errc::invalid, fmt::format("a malformed request: {}", error.what()));
    } catch (const std::out_of_range&) {
        return fail(Errc::invalid, "a malformed request");
    } catch (const std::bad_alloc&) {
        return fail(Errc::no_memory, "the daemon is out of memory");
    }
}

}  // namespace

// Memory is for those who may use it. What is over max_value, the store refuses in its own words.
FrameLimits Answers::limits() const
{
    return {.head_bytes = kRequestHead, .body_bytes = client_.access.writes ? kLargestMaxValue : 0};
}

Answer Answers::refusal(Error error) const
{
    if (error.code == Errc::too_large && !client_.access.writes) {
        error = {.code = Errc::access_denied, .message = client_.denial};  // who may not write may send no values
    }
    return {.head = {{"error", json_of(error)}}, .body = {}, .last = true};
}

std::optional<Answer> Answers::take(Frame frame)
{
    auto answered = guarded([&] { return batch_ ? take_part(frame) : answer(frame); });
    if (answered) {
        return std::move(*answered);
    }
    batch_.reset();
    return Answer{.head = {{"error", json_of(answered.error())}}, .body = {}, .last = !in_step_};
}

Result<std::optional<Answer>> Answers::answer(Frame& request)
{
    const auto what = request.head.at("do").get<std::string>();
    const bool changes = what == "set" || what == "delete" || what == "batch" || what == "compact" || what == "close";
    in_step_ = what != "batch";
    if (changes ? !client_.access.writes : !client_.access.reads && !client_.access.writes) {
        return fail(Errc::access_denied, client_.denial);
    }
    if (what == "batch") {
        return begin_batch(request.head);
    }
    return changes ? change(what, request) : read(what, request.head);
}

Result<Answer> Answers::read(const std::string& what, const Json& arguments)
{
    if (what == "hello") {
        return Answer{.head = {{"max_value", backend_.max_value()}}, .body = {}};
    }
    if (!client_.access.reads) {
        return fail(Errc::access_denied, client_.denial);
    }
    if (what == "get") {
        TRY_ASSIGN(auto value, backend_.get(bytes_from(arguments.at("key"))));
        if (!value) {
            return Answer{.head = {{"found", false}}, .body = {}};
        }
        return Answer{.head = {{"found", true}, {"kind", json_of(value->kind)}}, .body = std::move(value->bytes)};
    }
    if (what == "list") {
        auto request = list_request_from(arguments);
        request.limit = std::min(request.limit, kPageItems);
        TRY_ASSIGN(const auto items, backend_.list(request));
        return Answer{.head = {{"items", page_of(items)}}, .body = {}};
    }
    if (what == "stats") {
        TRY_ASSIGN(const auto stats, backend_.stats());
        return Answer{.head = {{"stats", json_of(stats)}}, .body = {}};
    }
    if (what == "sync") {
        TRY(backend_.sync());
        return Answer{};
    }
    return unknown(what);
}

Result<Answer> Answers::change(const std::string& what, Frame& request)
{
    if (what == "set") {
        TRY(backend_.set(bytes_from(request.head.at("key")), request.body));
        return Answer{};
    }
    if (what == "delete") {
        TRY_ASSIGN(const bool found, backend_.remove(bytes_from(request.head.at("key"))));
        return Answer{.head = {{"found", found}}, .body = {}};
    }
    if (what == "compact") {
        auto report = backend_.compact();
        if (!report && is_given_up(report.error())) {
            return Answer{.head = goodbye(), .body = {}, .last = true};  // as good as not begun
        }
        if (!report) {
            return forward(report);
        }
        return Answer{.head = {{"report", json_of(*report)}}, .body = {}};
    }
    TRY(backend_.close());
    return Answer{};
}

Result<std::optional<Answer>> Answers::begin_batch(const Json& arguments)
{
    const auto parts = integer_from<std::uint64_t>(arguments.at("parts"));
    if (parts > kBatchParts) {
        return fail(Errc::too_large, fmt::format("a batch of {} records is over the limit of {}", parts, kBatchParts));
    }
    batch_.emplace(Parts{.left = parts, .bytes = 0, .batch = {}});
    return apply_if_whole();
}

Result<std::optional<Answer>> Answers::take_part(Frame& part)
{
    auto key = bytes_from(part.head.at("key"));
    batch_->bytes += kPartBytes + key.size() + part.body.size();
    if (batch_->bytes > kBatchBytes) {
        return fail(Errc::too_large, fmt::format("a batch is over {} bytes", kBatchBytes));
    }
    if (part.head.at("do") == "delete") {
        batch_->batch.remove(std::move(key));
    } else {
        batch_->batch.set(std::move(key), std::move(part.body), meta_from(part.head.at("meta")),
                          kind_from(part.head.at("kind")));
    }
    --batch_->left;
    return apply_if_whole();
}

Result<std::optional<Answer>> Answers::apply_if_whole()
{
    if (batch_->left > 0) {
        return std::optional<Answer>();
    }
    in_step_ = true;
    const auto parts = std::exchange(batch_, std::nullopt);
    TRY(backend_.apply(parts->batch));
    return Answer{};
}

}  // namespace bytestore::remote
