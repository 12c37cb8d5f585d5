#include "engine/index/rank_set.h"

#include <bit>

namespace bytestore {

namespace {

constexpr std::size_t kBits = 64;

}  // namespace

RankSet::RankSet(std::size_t size)
    : words_((size + kBits - 1) / kBits)
{
}

void RankSet::insert(std::size_t rank) noexcept
{
    const std::uint64_t bit = std::uint64_t{1} << rank % kBits;
    std::uint64_t& word = words_[rank / kBits];
    count_ += (word & bit) == 0 ? 1 : 0;
    word |= bit;
}

bool RankSet::erase(std::size_t rank) noexcept
{
    const bool was_there = contains(rank);
    words_[rank / kBits] &= ~(std::uint64_t{1} << rank % kBits);
    count_ -= was_there ? 1 : 0;
    return was_there;
}

bool RankSet::contains(std::size_t rank) const noexcept
{
    return (words_[rank / kBits] >> rank % kBits & 1) != 0;
}

std::size_t RankSet::next_absent(std::size_t rank) const noexcept
{
    while (rank / kBits < words_.size()) {
        const std::uint64_t rest = words_[rank / kBits] >> rank % kBits;
        const std::size_t present = static_cast<std::size_t>(std::countr_one(rest));
        const std::size_t left = kBits - rank % kBits;
        if (present < left) {
            return rank + present;
        }
        rank += left;
    }
    return rank;
}

}  // namespace bytestore
