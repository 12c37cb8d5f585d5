#include "engine/format/block_sums.h"

#include <algorithm>
#include <string>
#include <utility>

namespace bytestore::format {

namespace {

std::unexpected<Error> changed()
{
    return fail(Errc::damaged, "a value is not what it was when it was written, or its checksum verified");
}

}  // namespace

LineSource BlockSums::Learner::watch(const LineSource& source)
{
    return [this, &source](std::uint64_t offset, std::span<char> into) -> Status {
        TRY(source(offset, into));
        learn(offset, {into.data(), into.size()});
        return {};
    };
}

Output BlockSums::Learner::watch(const Output& out)
{
    return [this, &out](std::string_view bytes) -> Status {
        TRY(out(bytes));
        learn(learnt_.size_, bytes);
        return {};
    };
}

void BlockSums::Learner::learn(std::uint64_t offset, std::string_view bytes)
{
    if (offset == 0) {
        *this = Learner();
    } else if (offset != learnt_.size_) {
        return;
    }
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, kBlock - learnt_.size_ % kBlock);
        sum_.add(part);
        learnt_.size_ += part.size();
        bytes.remove_prefix(part.size());
        if (learnt_.size_ % kBlock == 0) {
            learnt_.sums_.push_back(std::exchange(sum_, Checksum()).value());
        }
    }
}

BlockSums BlockSums::Learner::finish()
{
    if (learnt_.size_ % kBlock != 0) {
        learnt_.sums_.push_back(sum_.value());
    }
    learnt_.sums_.shrink_to_fit();
    return std::move(learnt_);
}

Result<Slice> BlockSums::read(const LineSource& source, std::uint64_t begin, std::uint64_t size) const
{
    const auto first = begin / kBlock;
    const auto end = std::min((begin + size + kBlock - 1) / kBlock * kBlock, size_);
    if (begin + size > end) {
        return changed();
    }
    std::string text;
    Status done;
    const auto length = static_cast<std::size_t>(end - first * kBlock);
    text.resize_and_overwrite(length, [&](char* bytes, std::size_t) {  // what libstdc++ 12 gives may be more
        done = source(first * kBlock, {bytes, length});
        return done ? length : 0;
    });
    TRY(std::move(done));
    if (!is_known(first, text)) {
        return changed();
    }
    Slice wanted(std::move(text));
    wanted.narrow(begin - first * kBlock, size);
    return wanted;
}

bool BlockSums::is_known(std::uint64_t first_block, std::string_view blocks) const
{
    for (auto block = static_cast<std::size_t>(first_block); !blocks.empty(); ++block) {
        const auto bytes = blocks.substr(0, kBlock);
        if (checksum_of(bytes) != sums_[block]) {
            return false;
        }
        blocks.remove_prefix(bytes.size());
    }
    return true;
}

}  // namespace bytestore::format
