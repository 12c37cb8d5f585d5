#include "tests/bench/our_store.h"

#include <chrono>

namespace bytestore::bench {

Options plain_options()
{
    Options options;
    options.sync = SyncMode::never;
    options.compaction_threshold = 0;
    return options;
}

std::unique_ptr<Store> open_store(const std::string& directory, Options options)
{
    return check(Store::open(directory, std::move(options)));
}

Meta now()
{
    Meta meta;
    meta.mtime = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    return meta;
}

}  // namespace bytestore::bench
