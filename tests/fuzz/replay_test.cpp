// Runs every target over its corpus, every start of each input, and random changes of them. BYTESTORE_SEED repeats the
// random part, BYTESTORE_TEST_SCALE makes it longer.
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/mutation.h"
#include "tests/support/scale.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

extern "C" {
int fuzz_apply(const std::uint8_t* data, std::size_t size);
int fuzz_lock(const std::uint8_t* data, std::size_t size);
int fuzz_path(const std::uint8_t* data, std::size_t size);
int fuzz_protocol(const std::uint8_t* data, std::size_t size);
int fuzz_record(const std::uint8_t* data, std::size_t size);
int fuzz_segment(const std::uint8_t* data, std::size_t size);
int fuzz_snapshot(const std::uint8_t* data, std::size_t size);
}

namespace bytestore::fuzz {
namespace {

struct Target {
    const char* name;
    int (*run)(const std::uint8_t* data, std::size_t size);
    int mutations;            // as many as take about a second
    std::size_t truncations;  // of one input; as many as are apart evenly
};

void PrintTo(const Target& target, std::ostream* out)
{
    *out << target.name;
}

class Replay : public testing::TestWithParam<Target> {
protected:
    // In memory of exactly its size, so that AddressSanitizer sees what is read behind it.
    static void run(const std::string& input, const std::string& what)
    {
        const auto exact = std::make_unique<std::uint8_t[]>(input.size());
        std::ranges::copy(input, exact.get());
        try {
            GetParam().run(exact.get(), input.size());
        } catch (const std::exception& broken) {
            FAIL() << GetParam().name << ", " << what << ": " << broken.what() << "\n" << testing::PrintToString(input);
        }
    }

    const Corpus corpus_ = corpus_of(GetParam().name);
};

TEST_P(Replay, EveryInputOfTheCorpus)
{
    ASSERT_FALSE(corpus_.empty());
    run("", "nothing");
    for (const auto& [name, input] : corpus_) {
        run(input, name);
    }
}

TEST_P(Replay, EveryStartOfAnInput)
{
    for (const auto& [name, input] : corpus_) {
        const auto step = 1 + input.size() / GetParam().truncations;
        for (std::size_t size = 0; size < input.size(); size += step) {
            run(input.substr(0, size), name + ", cut to " + std::to_string(size));
        }
    }
}

TEST_P(Replay, RandomChanges)
{
    std::vector<std::string> inputs;
    for (const auto& [name, input] : corpus_) {
        inputs.push_back(input);
    }
    const auto seed = test::first_seed();
    Mutation mutation(seed, inputs);
    for (int i = 0; i < test::scaled(GetParam().mutations) && !HasFailure(); ++i) {
        run(mutation.next(), "BYTESTORE_SEED=" + std::to_string(seed) + ", change " + std::to_string(i));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Fuzz, Replay,
    testing::Values(Target{"apply", fuzz_apply, 5000, SIZE_MAX}, Target{"lock", fuzz_lock, 2000, 100},
                    Target{"path", fuzz_path, 20000, SIZE_MAX}, Target{"protocol", fuzz_protocol, 5000, 200},
                    Target{"record", fuzz_record, 10000, SIZE_MAX}, Target{"segment", fuzz_segment, 500, 40},
                    Target{"snapshot", fuzz_snapshot, 1000, 400}),
    [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace bytestore::fuzz
