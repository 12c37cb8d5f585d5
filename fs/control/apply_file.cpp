#include "fs/control/apply_file.h"

#include <fmt/format.h>

#include <cstdint>
#include <mutex>

namespace bytestore::fs {
namespace {

class ApplyWriter final : public ControlWriter {
public:
    ApplyWriter(const ApplyTarget& target, MemoryLimit& limit)
        : limit_(limit), stream_(target)
    {
    }
    ~ApplyWriter() override { limit_.give_back(claimed_); }
    ApplyWriter(const ApplyWriter&) = delete;
    ApplyWriter& operator=(const ApplyWriter&) = delete;

    Result<std::size_t> write(std::string_view bytes) override
    {
        const std::lock_guard lock(mutex_);
        if (!limit_.take(bytes.size())) {
            return fail(Errc::no_space, fmt::format("no room for {} bytes beside what is not applied or stored yet: "
                                                    "max_dirty is {} bytes",
                                                    bytes.size(), limit_.most()));
        }
        claimed_ += bytes.size();  // before anything can throw
        auto taken = stream_.write(bytes);
        const auto held = stream_.held();
        limit_.give_back(claimed_ - held);
        claimed_ = held;
        return taken;
    }

    // During a write this is not the end: somebody else has the handle open.
    Status flush() override
    {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        return lock ? stream_.check_end() : Status{};
    }

private:
    MemoryLimit& limit_;

    std::mutex mutex_;  // taken before any of the file system's
    // Guarded by mutex_.
    ApplyStream stream_;
    std::uint64_t claimed_ = 0;  // of the limit: what the stream holds
};

}  // namespace

std::unique_ptr<ControlWriter> make_apply_writer(const ApplyTarget& target, MemoryLimit& limit)
{
    return std::make_unique<ApplyWriter>(target, limit);
}

}  // namespace bytestore::fs
