// The values that were read last, decoded: a large value is read in many pieces, and must not be decoded for each.
// Values are found by where their record lies, so that a new one is never mistaken for an old one. A segment that was
// compacted away does not stay on the disk for them; nor do they stay in memory when nobody reads any more.
//
// All large values that are decoded at a time hold at most a budget of memory: a read that needs more waits for others
// to end. One value may be larger than that, alone. A value that is read piece by piece does not make way before its
// next piece, nor does it keep others waiting for ever: it stays until it was left alone for a moment, or for some
// times as long as it took to decode.
//
// Threads: every method locks by itself.
#pragma once

#include "engine/delayed_call.h"
#include "engine/store.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace bytestore::fs {

class ValueCache {
public:
    using Value = std::shared_ptr<const std::string>;

    explicit ValueCache(std::uint64_t budget);
    ~ValueCache();
    ValueCache(const ValueCache&) = delete;
    ValueCache& operator=(const ValueCache&) = delete;

    // The decoded value, whose memory counts as long as somebody has it. Small ones neither count nor are they kept:
    // the kernel does that.
    Result<Value> read(const ValueRef& value);

private:
    using Clock = std::chrono::steady_clock;
    struct Item {
        bool may_go(Clock::time_point now) const;

        RecordId record;
        Value value;
        Clock::time_point used;
        Clock::time_point stays_until;
    };
    // By whoever found it neither here nor being decoded. Others who want the value wait for the end.
    struct Decoding {
        Decoding(ValueCache& of, RecordId id, std::uint64_t bytes)
            : cache(of), record(std::move(id)), size(bytes)
        {
        }
        ~Decoding();
        Decoding(const Decoding&) = delete;
        Decoding& operator=(const Decoding&) = delete;

        ValueCache& cache;
        const RecordId record;
        const std::uint64_t size;
        const Clock::time_point begun = Clock::now();
        bool done = false;  // the value has taken over what it counts
    };
    // Outlives the cache if a value does.
    struct State {
        std::mutex mutex;
        // Guarded by mutex.
        std::condition_variable changed;
        std::uint64_t held = 0;  // bytes of all values that are decoded or that somebody has
        std::uint64_t kept = 0;  // of these, what is decoded or here
        std::list<Item> items;   // the one used last in front
        std::vector<RecordId> decoded;
        bool used = false;  // since the last look
    };

    Value find_or_begin(const RecordId& record, std::uint64_t size);
    Value find_locked(const RecordId& record);
    std::list<Item> evict_locked(std::uint64_t most, Clock::time_point now);
    Value keep(std::string&& bytes, Decoding& decoding);
    void look_after();

    const std::uint64_t budget_;
    const std::shared_ptr<State> state_ = std::make_shared<State>();
    DelayedCall idle_;  // last: it uses all of the above
};

}  // namespace bytestore::fs
