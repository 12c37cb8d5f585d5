// Checksums of the blocks of a text that was written, or verified as a whole, so that any part of it can be read again
// later, and is what it was then.
#pragma once

#include "engine/format/checksum.h"
#include "engine/format/record.h"
#include "engine/slice.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bytestore::format {

class BlockSums {
public:
    class Learner;

    std::uint64_t size() const { return size_; }  // bytes that were learnt, from the start of the line on
    std::size_t memory_bytes() const { return sums_.capacity() * sizeof(std::uint64_t); }

    // The bytes [begin, begin + size), of those that were learnt. Errc::damaged if they are not what they were.
    Result<Slice> read(const LineSource& source, std::uint64_t begin, std::uint64_t size) const;

private:
    // What is read beyond the part that is wanted is no more than two of these.
    static constexpr std::size_t kBlock = std::size_t{16} << 10;

    bool is_known(std::uint64_t first_block, std::string_view blocks) const;

    std::vector<std::uint64_t> sums_;  // the last block may be shorter
    std::uint64_t size_ = 0;
};

class BlockSums::Learner {
public:
    // `source`, but what is read through it in order, from the start of the line, is learnt. A read at the start begins
    // anew; others out of order are not learnt. Both this and `source` outlive it.
    LineSource watch(const LineSource& source);
    // `out`, but the line that is written through it, and nothing else is, is learnt. Both this and `out` outlive it.
    Output watch(const Output& out);
    // What was learnt; the learner is spent.
    BlockSums finish();

private:
    void learn(std::uint64_t offset, std::string_view bytes);

    Checksum sum_;  // of the block that is being learnt
    BlockSums learnt_;
};

}  // namespace bytestore::format
