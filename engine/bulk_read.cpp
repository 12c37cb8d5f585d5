// Reads many values with few calls of the system: in the order of the log, neighbours with one read.
#include "engine/log/segment.h"
#include "engine/store.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

namespace bytestore {
namespace {

// Bytes between two lines that are sooner read with them than passed over by a call of its own.
constexpr std::uint64_t kGap = 4096;

}  // namespace

class BulkRead {
public:
    explicit BulkRead(std::span<const ValueRef> refs)
        : refs_(refs), order_(refs.size()), values_(refs.size())
    {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::ranges::sort(
            order_, {}, [&](std::size_t i) { return std::pair(refs_[i].segment_->number(), refs_[i].entry_.offset); });
    }

    Result<std::vector<std::string>> run()
    {
        for (std::size_t begin = 0; begin < order_.size();) {
            const std::size_t end = end_of_run(begin);
            TRY(end - begin == 1 ? read_alone(order_[begin]) : read_run(begin, end));
            begin = end;
        }
        return std::move(values_);
    }

private:
    const ValueRef& ref(std::size_t place) const { return refs_[order_[place]]; }
    static std::uint64_t end_of(const ValueRef& ref) { return ref.entry_.offset + ref.entry_.length; }

    // Of those that are read together with the one at `begin`, which are at most format::kPiece bytes.
    std::size_t end_of_run(std::size_t begin) const
    {
        std::size_t end = begin + 1;
        while (end < order_.size() && ref(end).segment_ == ref(begin).segment_ &&
               ref(end).entry_.offset <= end_of(ref(end - 1)) + kGap &&
               end_of(ref(end)) - ref(begin).entry_.offset <= format::kPiece) {
            ++end;
        }
        return end;
    }

    Status read_alone(std::size_t i)
    {
        TRY_ASSIGN(values_[i], refs_[i].read());
        return {};
    }

    Status read_run(std::size_t begin, std::size_t end)
    {
        const std::uint64_t from = ref(begin).entry_.offset;
        buffer_.resize(static_cast<std::size_t>(end_of(ref(end - 1)) - from));
        TRY_ASSIGN(const std::size_t got, ref(begin).segment_->file().read(from, buffer_));
        const auto text = std::string_view(buffer_).substr(0, got);
        for (std::size_t place = begin; place < end; ++place) {
            const Entry& entry = ref(place).entry_;
            const auto at = static_cast<std::size_t>(entry.offset - from);
            if (at + entry.length > got) {
                return fail(Errc::io, "the file became shorter while it was read");
            }
            TRY_ASSIGN(values_[order_[place]],
                       ref(place).parse(text.substr(at, static_cast<std::size_t>(entry.length))));
        }
        return {};
    }

    const std::span<const ValueRef> refs_;
    std::vector<std::size_t> order_;  // positions in refs_, in the order of the log
    std::vector<std::string> values_;
    std::string buffer_;
};

Result<std::vector<std::string>> ValueRef::read_all(std::span<const ValueRef> refs)
{
    return BulkRead(refs).run();
}

}  // namespace bytestore
