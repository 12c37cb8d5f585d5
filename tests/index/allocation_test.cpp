// What an index is worth after it ran out of memory half-way.
#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <cstdlib>
#include <new>
#include <string>

namespace {

// How many more allocations of this thread succeed; below 0: all.
thread_local long allocations_left = -1;

}  // namespace

// Not inlined, or g++ takes them for calls of malloc and free that do not match.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    if (allocations_left == 0) {
        throw std::bad_alloc();
    }
    allocations_left -= allocations_left > 0 ? 1 : 0;
    if (void* memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept
{
    std::free(memory);  // NOLINT(clang-analyzer-cplusplus.NewDelete): what operator new above took from malloc
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);  // NOLINT(clang-analyzer-cplusplus.NewDelete): what operator new above took from malloc
}

namespace bytestore {
namespace {

class OutOfMemory : public testing::TestWithParam<std::size_t> {
protected:
    // Runs `mutate` with ever more memory until it is enough; before that it must change nothing. Returns how often it
    // was not.
    template <class Mutate>
    int failures_of(Mutate mutate)
    {
        for (long allocations = 0;; ++allocations) {
            try {
                allocations_left = allocations;
                mutate();
                allocations_left = -1;
                return static_cast<int>(allocations);
            } catch (const std::bad_alloc&) {
                allocations_left = -1;
                EXPECT_EQ(index_.list({}), model_list(model_, {}));
                EXPECT_EQ(index_.size(), model_.size());
            }
        }
    }

    Index index_{GetParam()};
    Model model_;
};

TEST_P(OutOfMemory, AMutationThatThrowsHasChangedNothing)
{
    int failures = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
        const std::string key = "a key too long to lie in the string itself " + std::to_string(i * 7 % 97);
        const Entry entry = entry_number(i);
        failures += failures_of([&] { i % 3 == 2 ? index_.erase(key) : index_.put(key, entry); });
        i % 3 == 2 ? model_erase(model_, key) : model_put(model_, key, entry);
        EXPECT_EQ(index_.list({}), model_list(model_, {}));
    }
    EXPECT_GT(failures, 60);
}

// With merges all the time, and with none.
INSTANTIATE_TEST_SUITE_P(MergeBounds, OutOfMemory, testing::Values(2, 64));

}  // namespace
}  // namespace bytestore
