// Writes to a store until it is killed, and tells its standard output of each commit that returned.
//
//     kill_writer threads DIR SYNC          all writers, as threads of this process
//     kill_writer process DIR SYNC WRITER   one of them, which opens the store again and again: others want it as well
#include "tests/store/kill_work.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

namespace bytestore::test {
namespace {

template <class T>
T must(Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "kill_writer: %s\n", result.error().message.c_str());
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

void write_on(Store& store, std::uint32_t writer, std::uint32_t commits)
{
    const auto before = kill_commits(store, writer);
    for (std::uint32_t commit = before + 1; commit <= before + commits; ++commit) {
        must(store.apply(kill_batch(writer, commit)));
        const Acknowledgement done{.writer = writer, .commit = commit};
        if (::write(STDOUT_FILENO, &done, sizeof(done)) != sizeof(done)) {
            std::exit(1);
        }
        if (commit % 100 == writer) {
            must(store.compact());
        } else if (commit % 30 == writer) {
            must(store.sync());
        }
    }
}

int run(std::string_view how, const std::string& directory, SyncMode sync, std::uint32_t writer)
{
    if (how == "threads") {
        const auto store = must(Store::open(directory, kill_options(sync)));
        std::vector<std::jthread> threads;
        threads.reserve(kKillWriters);
        for (std::uint32_t each = 0; each < kKillWriters; ++each) {
            threads.emplace_back([&store, each] { write_on(*store, each, UINT32_MAX / 2); });
        }
        return 0;
    }
    while (true) {
        const auto store = must(Store::open(directory, kill_options(sync)));
        write_on(*store, writer, 7);
        must(store->close());
    }
}

}  // namespace
}  // namespace bytestore::test

int main(int count, char** words)
{
    return bytestore::test::run(words[1], words[2], static_cast<bytestore::SyncMode>(std::atoi(words[3])),
                                count > 4 ? static_cast<std::uint32_t>(std::atoi(words[4])) : 0);
}
