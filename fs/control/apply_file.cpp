#include "fs/control/apply_file.h"

#include <mutex>

namespace bytestore::fs {
namespace {

class ApplyWriter final : public ControlWriter {
public:
    explicit ApplyWriter(const ApplyTarget& target)
        : stream_(target)
    {
    }

    Result<std::size_t> write(std::string_view bytes) override
    {
        const std::lock_guard lock(mutex_);
        return stream_.write(bytes);
    }

    // During a write this is not the end: somebody else has the handle open.
    Status flush() override
    {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        return lock ? stream_.check_end() : Status{};
    }

private:
    std::mutex mutex_;    // taken before any of the file system's
    ApplyStream stream_;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<ControlWriter> make_apply_writer(const ApplyTarget& target)
{
    return std::make_unique<ApplyWriter>(target);
}

}  // namespace bytestore::fs
