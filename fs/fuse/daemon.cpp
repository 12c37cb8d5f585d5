#include "fs/fuse/daemon.h"

#include "engine/io/os_error.h"
#include "fs/fuse/config.h"
#include "fs/fuse/log.h"
#include "fs/fuse/mount_point.h"
#include "fs/fuse/mounted_backend.h"
#include "fs/fuse/operations.h"
#include "fs/fuse/options.h"
#include "fs/fuse/process.h"
#include "fs/fuse/readiness.h"
#include "fs/fuse/session.h"
#include "fs/fuse/shutdown_signals.h"
#include "fs/fuse/store_opening.h"
#include "fs/mount_table.h"
#include "fs/remote/server.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <spdlog/spdlog.h>
#include <sys/statfs.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>

namespace bytestore::fuse {
namespace {

struct Events {
    // The kernel has been answered. An error means that nobody wants the daemon any more.
    std::function<Status(Transport)> started;
    std::function<void()> stopping;
};

std::unique_ptr<Filesystem> create_filesystem(Store& store, const MountOptions& options)
{
    fs::DaemonControl control{.config = config_text(options), .log_level = {.get = log_level, .set = set_log_level}};
    return std::make_unique<Filesystem>(store,
                                        FilesystemSettings{.uid = options.uid,
                                                           .gid = options.gid,
                                                           .max_dirty = options.max_dirty,
                                                           .changes_wait = options.store.sync == SyncMode::always},
                                        std::move(control));
}

// Root passes all checks of modes but one (see on_access). For others the kernel makes them, for which it asks for the
// attributes of a directory anew after each change in it.
bool kernel_checks_modes(const MountOptions& options)
{
    return options.default_permissions || options.allow_other || ::geteuid() != 0;
}

std::vector<std::string> fuse_options(const MountOptions& options)
{
    std::vector<std::string> all = options.flags;
    all.push_back(fmt::format("fsname={}", options.fsname));
    all.push_back(fmt::format("subtype={}", fs::kFileSystemSubtype));
    if (kernel_checks_modes(options)) {
        all.emplace_back("default_permissions");
    }
    if (options.store.read_only) {
        all.emplace_back("ro");
    }
    if (options.allow_other) {
        all.emplace_back("allow_other");
    }
    if (options.debug) {
        all.emplace_back("debug");
    }
    return all;
}

// kvs beside the mount. Without it the mount is of use all the same. A daemon that only reads holds no lock, so that
// kvs needs none.
std::unique_ptr<remote::Server> start_server(Store& store, remote::Backend& backend, const Places& places)
{
    if (store.options().read_only) {
        return nullptr;
    }
    remote::ServerSettings settings;
    settings.mount_point = places.mount_point;
    settings.log = store_log();
    auto server = remote::Server::start(places.data_dir, store.directory_info().inode, backend, std::move(settings));
    if (!server) {
        spdlog::warn("kvs can only read beside this mount: {}", server.error().message);
        return nullptr;
    }
    return std::move(*server);
}

// Shows the store until it is unmounted or a signal comes.
Status serve_store(Store& store, const MountOptions& options, const Places& places, ShutdownSignals& signals,
                   const Events& events)
{
    const auto filesystem = create_filesystem(store, options);
    MountedBackend backend(store, filesystem->core());
    const auto server = start_server(store, backend, places);
    const auto stop_server = [&] {
        if (server) {
            server->stop();
        }
    };
    TRY_ASSIGN(const auto session,
               Session::create({.options = fuse_options(options), .spin = options.spin, .io_uring = options.io_uring},
                               operations(), filesystem.get()));
    // Before the mount: from then on a signal has something to undo.
    // What kvs has begun may need the loop, to let the kernel forget something.
    const ShutdownSignals::Serving serving(signals, [&] {
        store.abandon_compactions();
        stop_server();
        filesystem->core().collect_pages();
        filesystem->detach();
        session->stop();
    });
    TRY(session->mount(places.mount_point));
    filesystem->attach(*session, places.mount_point);
    Status welcome;
    const Status served = session->serve([&](Transport transport) {
        welcome = events.started(transport);
        if (!welcome) {
            session->stop();
        }
    });
    store.abandon_compactions();
    stop_server();
    events.stopping();
    filesystem->detach();
    session->unmount();
    return welcome ? served : welcome;
}

Status run_daemon(const MountOptions& options, const Places& places, const Events& events)
{
    ShutdownSignals signals;
    TRY_ASSIGN(const auto store, open_store(options, places));
    const Status served = serve_store(*store, options, places, signals, events);
    const Status closed = store->close();
    if (!served && !closed) {
        spdlog::error("{}", closed.error().message);
    }
    return served ? closed : served;
}

// The service manager is told of a daemon that stays where it was started, not of one in the background, which is none
// of its own.
void tell_service_manager(const char* state)
{
    if (const auto told = notify_service_manager(state); !told) {
        spdlog::warn("{}", told.error().message);
    }
}

void log_start(const Places& places, Transport transport)
{
    spdlog::info("{} is mounted on {}, over {}", places.data_dir, places.mount_point,
                 transport == Transport::io_uring ? "io_uring" : "/dev/fuse");
}

Status run_in_foreground(const MountOptions& options, const Places& places)
{
    start_log(false, options.verbose);
    const auto started = [&](Transport transport) -> Status {
        log_start(places, transport);
        tell_service_manager("READY=1");
        return {};
    };
    return run_daemon(options, places, {started, [] { tell_service_manager("STOPPING=1"); }});
}

Status run_detached(const MountOptions& options, const Places& places, Starter& starter)
{
    start_log(true, options.verbose);
    bool detached = false;
    const auto started = [&](Transport transport) -> Status {
        TRY(starter.ready());
        detached = true;
        log_start(places, transport);
        return {};
    };
    const Status ended = run_daemon(options, places, {started, [] {}});
    if (!ended && detached) {
        spdlog::error("{}", ended.error().message);  // nobody else hears of it
    }
    return ended;
}

Status check_mount_answers(const std::string& mount_point)
{
    struct statfs info{};
    if (::statfs(mount_point.c_str(), &info) != 0) {
        return os_failure(errno, "reach the mount on", mount_point);
    }
    if (info.f_type != FUSE_SUPER_MAGIC) {
        return fail(Errc::io, fmt::format("the mount on {} is gone again", mount_point));
    }
    return {};
}

Status mount_store(MountOptions options)
{
    if (options.fake) {
        return {};
    }
    TRY_ASSIGN(const auto places, check_places(options.data_dir, options.mount_point));
    if (options.fsname.empty()) {
        options.fsname = places.data_dir;
    }
    if (options.foreground) {
        return run_in_foreground(options, places);
    }
    return run_in_background([&](Starter& starter) { return run_detached(options, places, starter); },
                             [&] { return check_mount_answers(places.mount_point); });
}

int print(const std::string& text)
{
    return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int report(const Error& error)
{
    std::fputs(fmt::format("bytestore-mount: {}\n", error.message).c_str(), stderr);
    return EXIT_FAILURE;
}

}  // namespace

int run_mount(int argc, char** argv)
{
    prepare_process();
    const auto options = parse_options(argc, argv);
    if (!options) {
        return report(options.error());
    }
    if (options->action == MountOptions::Action::help) {
        return print(help_text());
    }
    if (options->action == MountOptions::Action::version) {
        return print(version_text());
    }
    const Status ended = mount_store(*options);
    return ended ? EXIT_SUCCESS : report(ended.error());
}

}  // namespace bytestore::fuse
