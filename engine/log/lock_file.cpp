#include "engine/log/lock_file.h"

#include "engine/log/segment.h"
#include "engine/log/segment_name.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <thread>
#include <utility>

namespace bytestore {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxLockBytes = std::size_t{16} * 1024;
using State = LockClaims::State;

constexpr std::array<std::pair<std::string_view, State>, 3> kStates = {
    {{"clean", State::clean}, {"open", State::open}, {"failed", State::failed}}};

// A mount point need not be UTF-8; it is for messages only.
std::string text_of(const json& fields)
{
    return fields.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string checksum(const json& fields)
{
    return fmt::format("{:016x}", key_hash(text_of(fields)));
}

std::string_view name_of(State state)
{
    return std::ranges::find(kStates, state, &std::pair<std::string_view, State>::second)->first;
}

std::string encode(const LockClaims& claims)
{
    json fields = {
        {"pid", claims.pid},       {"mount", claims.mount_point}, {"inode", claims.inode},         {"id", claims.id},
        {"synced", claims.synced}, {"boot", claims.boot},         {"state", name_of(claims.state)}};
    fields["segment"] = claims.segment ? json(*claims.segment) : json(nullptr);
    fields["c"] = checksum(fields);
    return text_of(fields) + "\n";
}

std::optional<State> decode_state(std::string_view name)
{
    const auto* const state = std::ranges::find(kStates, name, &std::pair<std::string_view, State>::first);
    return state == kStates.end() ? std::nullopt : std::optional(state->second);
}

// Nothing of it is nested: to write out deep nesting again, for the checksum, would take more than the stack.
json parse_flat(const std::string& text)
{
    using Event = json::parse_event_t;
    bool flat = true;
    const json fields = json::parse(text, [&flat](int depth, Event event, const json&) {
        flat = flat && (depth == 0 || (event != Event::object_start && event != Event::array_start));
        return flat;
    });
    return flat ? fields : json();
}

// The library would convert a fraction, and one beyond what N holds into anything.
template <class N>
N whole(const json& field)
{
    if (!field.is_number_integer()) {
        throw json::type_error::create(302, "not a whole number", &field);
    }
    return field.get<N>();
}

// The library reports a field of the wrong type by an exception; it stays in here.
std::optional<LockClaims> decode(const std::string& text)
{
    try {
        json fields = parse_flat(text);
        const auto expected = fields.at("c").get<std::string>();
        fields.erase("c");
        const auto state = decode_state(fields.at("state").get<std::string>());
        if (checksum(fields) != expected || !state) {
            return std::nullopt;
        }
        LockClaims claims;
        claims.pid = whole<std::int64_t>(fields.at("pid"));
        claims.mount_point = fields.at("mount").get<std::string>();
        if (!fields.at("segment").is_null()) {
            claims.segment = whole<std::uint64_t>(fields.at("segment"));
        }
        claims.inode = whole<std::uint64_t>(fields.at("inode"));
        claims.id = fields.at("id").get<std::string>();
        claims.synced = whole<std::uint64_t>(fields.at("synced"));
        claims.boot = fields.at("boot").get<std::string>();
        claims.state = *state;
        return claims;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

std::optional<LockClaims> read_claims(File& file)
{
    std::string text(kMaxLockBytes, '\0');
    const auto got = file.read(0, text);
    if (!got) {
        return std::nullopt;
    }
    text.resize(*got);
    return decode(text);
}

std::unexpected<Error> locked_error(Directory& directory, const std::string& store)
{
    const auto holder = read_claims(directory);
    if (!holder) {
        return fail(Errc::locked, fmt::format("the store {} is in use by another process", store));
    }
    if (holder->mount_point.empty()) {
        return fail(Errc::locked, fmt::format("the store {} is in use by process {}", store, holder->pid));
    }
    return fail(Errc::locked, fmt::format("the store {} is in use by process {}, mounted at {}", store, holder->pid,
                                          holder->mount_point));
}

// Another process may have removed LOCK between our open and our lock: then we hold the lock of a file that nobody else
// will find.
Result<bool> still_there(Directory& directory, File& file)
{
    TRY_ASSIGN(const FileInfo ours, file.info());
    const auto named = directory.info(std::string(kLockName));
    if (!named && named.error().code != Errc::not_found) {
        return std::unexpected(named.error());
    }
    return named && named->inode == ours.inode;
}

Result<std::unique_ptr<File>> try_lock(Directory& directory, const std::string& store)
{
    TRY_ASSIGN(auto file, directory.open(std::string(kLockName), OpenMode::create));
    TRY_ASSIGN(const FileInfo info, file->info());
    if (!info.regular) {
        return fail(Errc::invalid, fmt::format("{}/{} is not a regular file; remove it", store, kLockName));
    }
    if (info.links > 1) {
        return fail(Errc::invalid,
                    fmt::format("{}/{} is also the file of another name, as in a copy made of hard links: "
                                "copy the data directory whole, or remove LOCK",
                                store, kLockName));
    }
    TRY(file->lock());
    TRY(directory.lock());
    TRY_ASSIGN(const bool there, still_there(directory, *file));
    if (!there) {
        return fail(Errc::locked, "LOCK was replaced");
    }
    return file;
}

}  // namespace

std::string current_boot()
{
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

std::optional<LockClaims> read_claims(Directory& directory)
{
    const auto file = directory.open(std::string(kLockName), OpenMode::read);
    return file ? read_claims(**file) : std::nullopt;
}

Result<std::unique_ptr<LockFile>> LockFile::acquire(Directory& directory, const std::string& store,
                                                    std::chrono::milliseconds wait)
{
    const auto deadline = std::chrono::steady_clock::now() + wait;
    while (true) {
        auto file = try_lock(directory, store);
        if (file) {
            auto previous = read_claims(**file);
            return std::unique_ptr<LockFile>(new LockFile(std::move(*file), std::move(previous)));
        }
        if (file.error().code != Errc::locked) {
            return forward(file);
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            return locked_error(directory, store);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

LockFile::LockFile(std::unique_ptr<File> file, std::optional<LockClaims> previous)
    : file_(std::move(file)), previous_(std::move(previous))
{
}

Status LockFile::write(const LockClaims& claims)
{
    const std::string text = encode(claims);
    TRY(file_->write(0, text));
    TRY_ASSIGN(const FileInfo info, file_->info());
    return info.size > text.size() ? file_->truncate(text.size()) : Status{};
}

}  // namespace bytestore
