// What an index answered lately. One operation asks for the same key several times: to find the file, to open it, to
// read it, to commit it.
//
// Thread-safety: calls may run at the same time; one of them uses it, the others look for themselves.
#pragma once

#include "engine/index/key_places.h"
#include "engine/types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace bytestore {

class RecentFinds {
public:
    static constexpr std::uint64_t kNoVersion = UINT64_MAX;

    // What `look` finds for the key, or found when the index had the same `version`, which is not kNoVersion.
    template <class Look>
    std::optional<Entry> find(std::string_view key, std::uint64_t version, const Look& look)
    {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) {
            return look();
        }
        Answer& answer = answers_[index_hash(key) % kAnswers];
        if (answer.version != version || answer.key != key) {
            answer.version = kNoVersion;  // if one of these throws
            answer.entry = look();
            answer.key.assign(key);
            answer.version = version;
        }
        return answer.entry;
    }
    // None of it is true any more.
    void forget()
    {
        const std::lock_guard lock(mutex_);
        answers_ = {};
    }

private:
    static constexpr std::size_t kAnswers = 16;
    struct Answer {
        std::uint64_t version = kNoVersion;
        std::string key;
        std::optional<Entry> entry;
    };

    std::mutex mutex_;
    std::array<Answer, kAnswers> answers_;  // by hash
};

}  // namespace bytestore
