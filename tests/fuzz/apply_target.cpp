// The stream that .control/apply, kvs batch and kvs import take: how it is cut into writes changes nothing. The first
// byte chooses the sizes of the writes.
#include "fs/apply/apply_stream.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <map>
#include <vector>

namespace bytestore::fuzz {
namespace {

struct Outcome {
    std::map<std::string, std::string> content;
    std::uint64_t applied = 0;
    std::optional<std::string> error;
    bool operator==(const Outcome&) const = default;
};

struct How {
    std::size_t write = SIZE_MAX;
    std::uint64_t run_records = 1;
    bool whole = false;
};

class Run {
public:
    explicit Run(const How& how)
        : how_(how), stream_(target())
    {
        if (how.whole) {
            stream_.begin_whole();
        }
    }

    Outcome of(std::string_view text)
    {
        auto done = write_all(text);
        if (done && stream_.in_line()) {
            done = write_all("\n");
        }
        if (done) {
            done = stream_.finish();
        }
        outcome_.applied = stream_.applied();
        if (!done) {
            outcome_.error = done.error().message;
        }
        return outcome_;
    }

private:
    fs::ApplyTarget target()
    {
        return {.max_value = 1000,
                .max_batch_bytes = 5000,
                .run_records = how_.run_records,
                .find = [](std::string_view) { return std::nullopt; },
                .apply = [this](const Batch& batch) { return apply(batch); }};
    }
    Status apply(const Batch& batch)
    {
        for (const auto& operation : batch.operations()) {
            if (operation.type == Batch::Operation::Type::remove) {
                outcome_.content.erase(operation.key);
            } else {
                outcome_.content[operation.key] = operation.value();
            }
        }
        return {};
    }
    Status write_all(std::string_view bytes)
    {
        while (!bytes.empty()) {
            TRY_ASSIGN(const std::size_t taken, stream_.write(bytes.substr(0, how_.write)));
            require(taken > 0 && taken <= bytes.size(), "a write takes something, or says why not");
            bytes.remove_prefix(taken);
        }
        return {};
    }

    const How how_;
    Outcome outcome_;
    fs::ApplyStream stream_;
};

void check(std::size_t write, std::string_view text)
{
    const auto at_once = Run({}).of(text);
    require(Run({.write = write}).of(text) == at_once, "how a stream is cut changes nothing");
    require(Run({.write = write, .run_records = 1000}).of(text) == at_once, "runs change nothing");
    const auto whole = Run({.write = write, .whole = true}).of(text);
    require(!whole.error || (whole.applied == 0 && whole.content.empty()), "a batch is all or nothing");
    require(whole.error || whole == at_once, "a batch says what its records say");
}

}  // namespace
}  // namespace bytestore::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size > 0) {
        bytestore::fuzz::check(std::size_t{1} + data[0] % 64, bytestore::fuzz::text_of(data + 1, size - 1));
    }
    return 0;
}
