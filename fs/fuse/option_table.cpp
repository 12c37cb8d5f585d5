#include "fs/fuse/option_table.h"

#include "fs/fuse/option_values.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace bytestore::fuse {
namespace {

constexpr std::uint64_t kSmallestSegment = std::uint64_t{4} << 10;
constexpr std::uint64_t kLargestSegment = std::uint64_t{1} << 40;
constexpr std::uint64_t kLongestInterval = std::uint64_t{3600} * 1000;
constexpr std::uint64_t kLongestSpin = 10000;
constexpr std::uint64_t kLargestOwner = UINT32_MAX - 1;  // the last one means "unchanged" to chown(2)

Status accept(MountOptions&, std::string_view)
{
    return {};
}

Status foreground(MountOptions& options, std::string_view)
{
    // mount(8) says -f for "fake".
    (options.from_mount ? options.fake : options.foreground) = true;
    return {};
}

Status debug(MountOptions& options, std::string_view)
{
    options.debug = options.verbose = options.foreground = true;
    return {};
}

Status verbose(MountOptions& options, std::string_view)
{
    options.verbose = true;
    return {};
}

Status help(MountOptions& options, std::string_view)
{
    options.action = MountOptions::Action::help;
    return {};
}

Status version(MountOptions& options, std::string_view)
{
    options.action = MountOptions::Action::version;
    return {};
}

constexpr auto kFlags = std::to_array<Option>({
    {"-f", "", "stay in the foreground and log to stderr", foreground},
    {"-d", "", "as -f -v, and print every FUSE message", debug},
    {"-v", "", "log more", verbose},
    {"-h", "", "print this help", help},
    {"--help", "", "print this help", help},
    {"-V", "", "print the version", version},
    {"--version", "", "print the version", version},
});

// What mount(8) adds when it calls a helper; nothing here depends on it.
constexpr auto kHelperFlags = std::to_array<Option>({
    {"-n", "", "", accept},
    {"-s", "", "", accept},
    {"-t ", "TYPE", "", accept},
});

Status set_sync(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(options.store.sync, parse_sync_mode(value));
    return {};
}

// What fstab(5) says for it.
Status set_synchronous(MountOptions& options, std::string_view)
{
    options.store.sync = SyncMode::always;
    return {};
}

Status set_sync_interval(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(const auto milliseconds, parse_number(value, 1, kLongestInterval));
    options.store.sync_interval = std::chrono::milliseconds(milliseconds);
    return {};
}

Status set_max_value(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(options.store.max_value, parse_bytes(value, 1, kLargestMaxValue));
    return {};
}

Status set_max_dirty(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(options.max_dirty, parse_bytes(value, 1, UINT64_MAX));
    return {};
}

Status set_spin(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(const auto microseconds, parse_number(value, 0, kLongestSpin));
    options.spin = std::chrono::microseconds(microseconds);
    return {};
}

Status set_io_uring(MountOptions& options, std::string_view)
{
    options.io_uring = true;
    return {};
}

Status set_no_io_uring(MountOptions& options, std::string_view)
{
    options.io_uring = false;
    return {};
}

Status set_segment_size(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(options.store.segment_size, parse_bytes(value, kSmallestSegment, kLargestSegment));
    return {};
}

Status set_compact_threshold(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(options.store.compaction_threshold, parse_number(value, 0, UINT64_MAX));
    return {};
}

Status set_compact_dead(MountOptions& options, std::string_view value)
{
    TRY_ASSIGN(const auto percent, parse_number(value, 0, 100));
    options.store.compaction_dead_percent = static_cast<unsigned>(percent);
    return {};
}

Status set_owner(std::optional<std::uint32_t>& owner, std::string_view value)
{
    TRY_ASSIGN(const auto number, parse_number(value, 0, kLargestOwner));
    owner = static_cast<std::uint32_t>(number);
    return {};
}

Status set_uid(MountOptions& options, std::string_view value)
{
    return set_owner(options.uid, value);
}

Status set_gid(MountOptions& options, std::string_view value)
{
    return set_owner(options.gid, value);
}

Status set_fsname(MountOptions& options, std::string_view value)
{
    options.fsname = value;
    return {};
}

Status set_read_only(MountOptions& options, std::string_view)
{
    options.store.read_only = true;
    return {};
}

Status set_read_write(MountOptions& options, std::string_view)
{
    options.store.read_only = false;
    return {};
}

Status allow_other(MountOptions& options, std::string_view)
{
    options.allow_other = true;
    return {};
}

Status default_permissions(MountOptions& options, std::string_view)
{
    options.default_permissions = true;
    return {};
}

using Shown = std::optional<std::string>;

Shown shown_if(bool in_effect)
{
    return in_effect ? Shown("") : std::nullopt;
}

template <class N>
Shown shown_number(std::optional<N> number)
{
    return number ? Shown(std::to_string(*number)) : std::nullopt;
}

constexpr auto kMountOptions = std::to_array<Option>({
    {"ro", "", "show the store, change nothing", set_read_only,
     [](const MountOptions& o) { return shown_if(o.store.read_only); }},
    {"rw", "", "take writes (the default)", set_read_write,
     [](const MountOptions& o) { return shown_if(!o.store.read_only); }},
    {"sync=", "MODE", "when writes reach the disk: always, interval or never (interval)", set_sync,
     [](const MountOptions& o) { return Shown(sync_mode_name(o.store.sync)); }},
    {"sync", "", "the same as sync=always", set_synchronous, [](const MountOptions&) { return Shown(); }},
    {"sync_interval=", "MS", "with sync=interval, at least every MS milliseconds (1000)", set_sync_interval,
     [](const MountOptions& o) { return Shown(std::to_string(o.store.sync_interval.count())); }},
    {"max_value=", "BYTES", "the largest value; K, M and G are known (256M)", set_max_value,
     [](const MountOptions& o) { return Shown(std::to_string(o.store.max_value)); }},
    {"max_dirty=", "BYTES", "of all that is in open files and not stored (1G, a quarter of the memory)", set_max_dirty,
     [](const MountOptions& o) { return Shown(std::to_string(o.max_dirty)); }},
    {"segment_size=", "BYTES", "start a new log segment beyond this (64M)", set_segment_size,
     [](const MountOptions& o) { return Shown(std::to_string(o.store.segment_size)); }},
    {"compact_threshold=", "N", "compact at N stale records; 0: never by itself (1000)", set_compact_threshold,
     [](const MountOptions& o) { return Shown(std::to_string(o.store.compaction_threshold)); }},
    {"compact_dead=", "PERCENT", "and at this share of dead bytes in the log (50)", set_compact_dead,
     [](const MountOptions& o) { return Shown(std::to_string(o.store.compaction_dead_percent)); }},
    {"spin=", "US", "stay awake for US microseconds after a request (200; 0 on one CPU)", set_spin,
     [](const MountOptions& o) { return Shown(std::to_string(o.spin.count())); }},
    {"io_uring", "", "take requests over io_uring where it is offered (the default)", set_io_uring,
     [](const MountOptions&) { return Shown(); }},
    {"no_io_uring", "", "read requests from /dev/fuse", set_no_io_uring,
     [](const MountOptions& o) { return shown_if(!o.io_uring); }},
    {"uid=", "N", "show every file as owned by user N", set_uid,
     [](const MountOptions& o) { return shown_number(o.uid); }},
    {"gid=", "N", "show every file as owned by group N", set_gid,
     [](const MountOptions& o) { return shown_number(o.gid); }},
    {"fsname=", "NAME", "the source that mount and df show (DATADIR)", set_fsname,
     [](const MountOptions& o) { return o.fsname.empty() ? std::nullopt : Shown(o.fsname); }},
    {"allow_other", "", "let other users in, as the files' modes permit", allow_other,
     [](const MountOptions& o) { return shown_if(o.allow_other); }},
    {"default_permissions", "", "check modes even if only root can come in", default_permissions,
     [](const MountOptions& o) { return shown_if(o.default_permissions); }},
});

// Flags of mount(2), handed on as they are.
constexpr auto kKernelFlags = std::to_array<const char*>({"dev", "nodev", "suid", "nosuid", "exec", "noexec"});

// What stands in fstab for others to read, or has no meaning here.
constexpr auto kIgnored = std::to_array<const char*>(
    {"defaults",   "auto",        "noauto",        "user",     "nouser",     "users",      "nofail",
     "_netdev",    "async",       "atime",         "noatime",  "diratime",   "nodiratime", "relatime",
     "norelatime", "strictatime", "nostrictatime", "lazytime", "nolazytime", "comment="});

}  // namespace

std::span<const Option> flag_table()
{
    return kFlags;
}

std::span<const Option> helper_flag_table()
{
    return kHelperFlags;
}

std::span<const Option> mount_option_table()
{
    return kMountOptions;
}

std::span<const char* const> kernel_flag_table()
{
    return kKernelFlags;
}

std::span<const char* const> ignored_table()
{
    return kIgnored;
}

}  // namespace bytestore::fuse
