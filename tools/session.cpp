#include "tools/session.h"

#include "fs/mapping.h"
#include "fs/mount_table.h"
#include "tools/logging.h"

#include <chrono>

namespace bytestore::tools {
namespace {

constexpr std::chrono::seconds kLockWait{10};

Options common_options(const LogFunction& log)
{
    Options options;
    options.is_hidden = fs::is_marker;
    options.log = log;
    options.index_on_demand = true;
    return options;
}

}  // namespace

Session::Session(Io& streams, const CommandLine& line)
    : io(streams), out(streams.out), log(make_log(streams.err, line.verbosity)), directory(line.directory)
{
}

Result<std::unique_ptr<Store>> Session::open_for_reading() const
{
    Options options = common_options(log);
    options.read_only = true;
    return Store::open(directory, std::move(options));
}

Result<std::unique_ptr<Store>> Session::open_for_writing() const
{
    auto store = Store::open(directory, common_options(log));
    if (store || store.error().code != Errc::locked || fs::is_mounted(directory)) {
        return store;
    }
    Options options = common_options(log);
    options.lock_wait = kLockWait;
    return Store::open(directory, std::move(options));
}

}  // namespace bytestore::tools
