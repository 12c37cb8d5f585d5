#include "tests/store/kill_work.h"

namespace bytestore::test {
namespace {

constexpr std::uint32_t kSlots = 20;

std::string slot(std::uint32_t writer, std::uint32_t number)
{
    return "w" + std::to_string(writer) + ":" + std::to_string(number % kSlots);
}

std::string value(std::uint32_t commit)
{
    const auto text = std::to_string(commit) + " ";
    std::string value;
    while (value.size() < commit * 37 % 300) {
        value += text;
    }
    return value;
}

}  // namespace

// Everything happens often.
Options kill_options(SyncMode sync)
{
    Options options;
    options.sync = sync;
    options.sync_interval = std::chrono::milliseconds(2);
    options.segment_size = 4096;
    options.compaction_threshold = 60;
    options.snapshot_bytes = 2048;
    options.lock_wait = std::chrono::minutes(2);
    return options;
}

Batch kill_batch(std::uint32_t writer, std::uint32_t commit)
{
    Batch batch;
    batch.set(slot(writer, commit), value(commit), {.mtime = commit});
    if (commit % 3 == 0) {
        batch.remove(slot(writer, commit + 7));
    }
    batch.set(kill_counter(writer), std::to_string(commit), {.mtime = commit});
    return batch;
}

std::string kill_counter(std::uint32_t writer)
{
    return "w" + std::to_string(writer) + ":commits";
}

std::uint32_t kill_commits(const Store& store, std::uint32_t writer)
{
    const auto counter = store.get(kill_counter(writer));
    return counter ? static_cast<std::uint32_t>(std::stoul(*counter)) : 0;
}

}  // namespace bytestore::test
