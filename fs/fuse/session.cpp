#include "fs/fuse/session.h"

#include "fs/fuse/fuse_args.h"
#include "fs/fuse/log.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace bytestore::fuse {
namespace {

// libfuse hands `init` nothing but the operations' userdata, so what is to follow it has to be found from here.
struct Init {
    void (*operation)(void* userdata, fuse_conn_info* connection) = nullptr;
    bool io_uring = false;
    const fuse_conn_info* connection = nullptr;  // libfuse's, as long as the session; nullptr before the first message
};

Init& the_init()
{
    static Init init;
    return init;
}

void note_init(void* userdata, fuse_conn_info* connection)
{
    if (the_init().operation != nullptr) {
        the_init().operation(userdata, connection);
    }
    if (!the_init().io_uring) {
        refuse(*connection, kIoUringCapability);  // the environment may have asked for it
    }
    the_init().connection = connection;
}

Transport transport_of(const fuse_conn_info& connection)
{
    return wants(connection, kIoUringCapability) ? Transport::io_uring : Transport::device;
}

// One string for -o, with the commas in paths escaped.
std::string joined(const std::vector<std::string>& options)
{
    char* text = nullptr;
    for (const auto& option : options) {
        if (fuse_opt_add_opt_escaped(&text, option.c_str()) != 0) {
            break;  // out of memory: libfuse would say so again below
        }
    }
    const std::unique_ptr<char, decltype(&std::free)> owner(text, std::free);
    return text == nullptr ? "" : text;
}

std::unexpected<Error> fuse_failure(Errc code, const std::string& what)
{
    const std::string reason = last_fuse_message();
    return fail(code, reason.empty() ? what : fmt::format("{}: {}", what, reason));
}

}  // namespace

Session::Session(fuse_session* session, const SessionSettings& settings)
    : session_(session), loop_(session), spin_(settings.spin), rings_(session, awake_)
{
}

Result<std::unique_ptr<Session>> Session::create(const SessionSettings& settings, const fuse_lowlevel_ops& operations,
                                                 void* userdata)
{
    const bool io_uring = settings.io_uring && kKnowsIoUring;
    the_init() = {.operation = operations.init, .io_uring = io_uring};
    fuse_lowlevel_ops hooked = operations;
    hooked.init = note_init;
    auto options = settings.options;
    if (io_uring) {
        options.emplace_back("io_uring");
    }
    const std::string all = joined(options);
    const std::array<const char*, 3> words{"bytestore-mount", "-o", all.c_str()};
    FuseArgs arguments(static_cast<int>(words.size()), words.data());
    fuse_session* const session = fuse_session_new(arguments.get(), &hooked, sizeof hooked, userdata);
    if (session == nullptr) {
        return fuse_failure(Errc::invalid, "libfuse does not start");
    }
    return std::unique_ptr<Session>(new Session(session, settings));
}

Session::~Session()
{
    unmount();
    fuse_session_destroy(session_);
}

Status Session::mount(const std::string& mount_point)
{
    if (fuse_session_mount(session_, mount_point.c_str()) != 0) {
        return fuse_failure(Errc::access_denied, fmt::format("cannot mount on {}", mount_point));
    }
    mounted_ = true;
    let_fuse_speak();
    return {};
}

Status Session::serve(const std::function<void(Transport)>& started)
{
    TRY(loop_.answer_first());
    if (the_init().connection == nullptr) {
        return {};  // it ended before it began
    }
    const auto transport = transport_of(*the_init().connection);
    const bool rings = transport == Transport::io_uring;
    awake_.start(spin_, rings ? KeepAwake::Otherwise::spinners : KeepAwake::Otherwise::nothing);
    if (rings) {
        rings_.start();  // before anybody is told that he may come
    }
    started(transport);
    Status served = rings ? serve_rings() : serve_device();
    awake_.stop();
    return served;
}

Status Session::serve_device()
{
    return loop_.run({.spin = spin_, .rest = {}, .awake = &awake_});
}

Status Session::serve_rings()
{
    constexpr std::chrono::milliseconds kRest{2};
    Status served = loop_.run({.spin = {}, .rest = kRest});  // of FORGET and INTERRUPT, which do not come over a ring
    fuse_session_exit(session_);
    rings_.end();
    return served;
}

void Session::unmount()
{
    if (std::exchange(mounted_, false)) {
        fuse_session_unmount(session_);
    }
}

}  // namespace bytestore::fuse
