#include "fs/core/spare_memory.h"

#include <new>
#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::size_t kMostTimes = 4;  // larger than what was asked for; who grows asks for twice as much soon

}  // namespace

SpareMemory::SpareMemory(std::size_t most, std::chrono::milliseconds idle)
    : most_(most), idle_(idle, [this] { look_after(); })
{
}

MappedMemory SpareMemory::take(std::size_t size)
{
    const std::lock_guard lock(mutex_);
    auto best = pieces_.end();
    for (auto piece = pieces_.begin(); piece != pieces_.end(); ++piece) {
        const auto has = piece->memory.size();
        if (has >= size && has / kMostTimes <= size && (best == pieces_.end() || has < best->memory.size())) {
            best = piece;
        }
    }
    if (best == pieces_.end()) {
        return {};
    }
    auto memory = std::move(best->memory);
    size_ -= memory.size();
    pieces_.erase(best);
    return memory;
}

void SpareMemory::give(MappedMemory memory) noexcept
{
    if (memory.size() > most_ && (most_ == 0 || !memory.resize(most_))) {
        return;
    }
    try {
        keep(std::move(memory));
    } catch (const std::bad_alloc&) {
        return;  // it goes back to the kernel
    }
    idle_.notice();
}

std::vector<SpareMemory::Piece> SpareMemory::keep(MappedMemory memory)
{
    const std::lock_guard lock(mutex_);
    std::vector<Piece> dropped;
    dropped.reserve(pieces_.size() + 1);
    const auto size = memory.size();
    pieces_.push_back({.memory = std::move(memory)});
    size_ += size;
    auto kept = pieces_.begin();
    for (; size_ > most_; ++kept) {
        size_ -= kept->memory.size();
        dropped.push_back(std::move(*kept));
    }
    pieces_.erase(pieces_.begin(), kept);
    return dropped;
}

std::size_t SpareMemory::size() const
{
    const std::lock_guard lock(mutex_);
    return size_;
}

std::vector<SpareMemory::Piece> SpareMemory::idle_since_last_time()
{
    const std::lock_guard lock(mutex_);
    std::vector<Piece> dropped;
    std::vector<Piece> kept;
    dropped.reserve(pieces_.size());
    kept.reserve(pieces_.size());
    for (auto& piece : pieces_) {
        (piece.idle ? dropped : kept).push_back(std::move(piece));
    }
    for (const auto& piece : dropped) {
        size_ -= piece.memory.size();
    }
    for (auto& piece : kept) {
        piece.idle = true;
    }
    pieces_ = std::move(kept);
    return dropped;
}

void SpareMemory::look_after()
{
    idle_since_last_time();
    if (size() > 0) {
        idle_.notice();
    }
}

}  // namespace bytestore::fs
