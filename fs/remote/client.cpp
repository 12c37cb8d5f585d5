#include "fs/remote/client.h"

#include "engine/log/lock_file.h"
#include "fs/remote/codec.h"
#include "fs/remote/socket_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace bytestore::remote {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr FrameLimits kAnswer{.head_bytes = std::uint32_t{16} << 20, .body_bytes = kLargestMaxValue};

// The library throws for members that are missing or of another type.
template <class Body>
auto checked(Body body) -> decltype(body())
{
    try {
        return body();
    } catch (const Json::exception& error) {
        return fail(Errc::invalid, fmt::format("a malformed answer of the daemon: {}", error.what()));
    }
}

// A daemon that refuses a request, or goes, may not take all of it: what it says counts, not that.
Status unless_lost(Status sent)
{
    return sent || lost(sent.error()) ? Status() : sent;
}

std::string who_serves(const std::string& directory)
{
    const auto opened = posix_file_system().open_directory(directory, false);
    const auto claims = opened ? read_claims(**opened) : std::nullopt;
    return claims ? fmt::format("the daemon of {} (process {}, mounted at {})", directory, claims->pid,
                                claims->mount_point)
                  : fmt::format("the daemon of {}", directory);
}

// With an error of the store's own disk, which an answer tells of, the connection is well.
Error answered(const Json& json)
{
    Error error = error_from(json);
    if (not_begun(error) || lost(error)) {
        error.os_error = EIO;
    }
    return error;
}

std::unexpected<Error> refused(const std::string& directory, const Error& error)
{
    return fail(error.code, fmt::format("{} cannot be used: {}", who_serves(directory), error.message), error.os_error);
}

}  // namespace

bool not_begun(const Error& error)
{
    return error.code == Errc::io && error.os_error == ESHUTDOWN;
}

bool lost(const Error& error)
{
    return error.code == Errc::io && error.os_error == ECONNRESET;
}

Result<std::unique_ptr<RemoteBackend>> RemoteBackend::connect(const std::string& directory,
                                                              std::chrono::milliseconds wait)
{
    auto socket = connect_to(directory, wait);
    if (!socket) {
        return refused(directory, socket.error());
    }
    if (!*socket) {
        return std::unique_ptr<RemoteBackend>();
    }
    std::unique_ptr<RemoteBackend> backend(new RemoteBackend(directory, Channel(std::move(**socket), kPatience)));
    if (const auto greeted = backend->greet(wait); !greeted) {
        const bool going = lost(greeted.error()) || not_begun(greeted.error());
        return going ? Result<std::unique_ptr<RemoteBackend>>(nullptr) : refused(directory, greeted.error());
    }
    return backend;
}

Status RemoteBackend::greet(std::chrono::milliseconds wait)
{
    TRY(unless_lost(channel_.send({{"do", "hello"}}, "")));
    TRY_ASSIGN(const auto hello, answer(wait));
    return checked([&]() -> Status {
        max_value_ = integer_from<std::uint64_t>(hello.head.at("max_value"));
        return {};
    });
}

Result<Frame> RemoteBackend::call(const Json& head, std::string_view body)
{
    TRY(unless_lost(channel_.send(head, body)));
    return answer(Channel::kForever);
}

Result<Frame> RemoteBackend::answer(std::chrono::milliseconds wait)
{
    TRY_ASSIGN(auto frame, channel_.receive(kAnswer, wait));
    if (is_goodbye(frame.head)) {
        return fail(Errc::io, "the daemon closed the connection before it began the request", ESHUTDOWN);
    }
    if (const auto error = frame.head.find("error"); error != frame.head.end()) {
        return checked([&]() -> Result<Frame> { return std::unexpected(answered(*error)); });
    }
    return frame;
}

Result<std::optional<Value>> RemoteBackend::get(const std::string& key)
{
    TRY_ASSIGN(auto answer, call({{"do", "get"}, {"key", json_of(std::string_view(key))}}));
    return checked([&]() -> Result<std::optional<Value>> {
        if (!answer.head.at("found").get<bool>()) {
            return std::optional<Value>();
        }
        return Value{.kind = kind_from(answer.head.at("kind")), .bytes = std::move(answer.body)};
    });
}

Result<std::vector<ListItem>> RemoteBackend::list(const ListRequest& request)
{
    auto head = json_of(request);
    head["do"] = "list";
    TRY_ASSIGN(const auto answer, call(head));
    return checked([&]() -> Result<std::vector<ListItem>> {
        std::vector<ListItem> items;
        for (const auto& item : answer.head.at("items")) {
            items.push_back(list_item_from(item));
        }
        return items;
    });
}

Status RemoteBackend::set(const std::string& key, std::string_view value)
{
    TRY(call({{"do", "set"}, {"key", json_of(std::string_view(key))}}, value));
    return {};
}

Result<bool> RemoteBackend::remove(const std::string& key)
{
    TRY_ASSIGN(const auto answer, call({{"do", "delete"}, {"key", json_of(std::string_view(key))}}));
    return checked([&]() -> Result<bool> { return answer.head.at("found").get<bool>(); });
}

Status RemoteBackend::apply(const Batch& batch)
{
    for (const auto& operation : batch.operations()) {
        if (operation.type == Batch::Operation::Type::copy) {
            return fail(Errc::not_permitted, "a batch for a daemon cannot copy values");
        }
    }
    TRY(unless_lost(send_batch(batch)));
    TRY(answer(Channel::kForever));
    return {};
}

Status RemoteBackend::send_batch(const Batch& batch)
{
    TRY(channel_.send({{"do", "batch"}, {"parts", batch.size()}}, ""));
    for (const auto& operation : batch.operations()) {
        const bool removes = operation.type == Batch::Operation::Type::remove;
        Json head{{"do", removes ? "delete" : "set"}, {"key", json_of(std::string_view(operation.key))}};
        if (!removes) {
            head["kind"] = json_of(operation.kind);
            head["meta"] = json_of(operation.meta);
        }
        TRY(channel_.send(head, removes ? std::string_view() : operation.value()));
    }
    return {};
}

Result<CompactionReport> RemoteBackend::compact()
{
    TRY_ASSIGN(const auto answer, call({{"do", "compact"}}));
    return checked([&]() -> Result<CompactionReport> { return report_from(answer.head.at("report")); });
}

// The directory is told as it is named here, which may be another mount namespace.
Result<Stats> RemoteBackend::stats()
{
    TRY_ASSIGN(const auto answer, call({{"do", "stats"}}));
    return checked([&]() -> Result<Stats> {
        auto stats = stats_from(answer.head.at("stats"));
        std::error_code error;
        const auto here = std::filesystem::weakly_canonical(directory_, error);
        stats.directory = error ? directory_ : here.string();
        return stats;
    });
}

Status RemoteBackend::sync()
{
    TRY(call({{"do", "sync"}}));
    return {};
}

Status RemoteBackend::close()
{
    TRY(call({{"do", "close"}}));
    return {};
}

}  // namespace bytestore::remote
