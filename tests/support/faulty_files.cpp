#include "tests/support/faulty_files.h"

#include "engine/io/os_error.h"

#include <algorithm>
#include <utility>

namespace bytestore::test {
namespace {

using SharedHooks = std::shared_ptr<const FaultyFiles::Hooks>;

// Makes a call, unless it is to fail.
template <class Real>
auto guarded(const SharedHooks& hooks, const FileCall& call, Real real) -> decltype(real())
{
    if (const auto fault = hooks->before ? hooks->before(call) : std::nullopt) {
        return os_failure(fault->os_error, "use", call.name);
    }
    auto result = real();
    if (hooks->after) {
        hooks->after(call);
    }
    return result;
}

class FaultyFile final : public File {
public:
    FaultyFile(std::unique_ptr<File> real, std::string name, SharedHooks hooks)
        : real_(std::move(real)), name_(std::move(name)), hooks_(std::move(hooks))
    {
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> into) override
    {
        return guarded(hooks_, {Call::read, name_}, [&] { return real_->read(offset, into); });
    }
    Status write(std::uint64_t offset, std::string_view bytes) override
    {
        const FileCall call{Call::write, name_};
        if (const auto fault = hooks_->before ? hooks_->before(call) : std::nullopt) {
            TRY(real_->write(offset, bytes.substr(0, std::min(fault->written, bytes.size()))));
            return os_failure(fault->os_error, "write", name_);
        }
        TRY(real_->write(offset, bytes));
        if (hooks_->after) {
            hooks_->after(call);
        }
        return {};
    }
    Status truncate(std::uint64_t size) override
    {
        return guarded(hooks_, {Call::truncate, name_}, [&] { return real_->truncate(size); });
    }
    Status sync() override
    {
        return guarded(hooks_, {Call::sync, name_}, [&] { return real_->sync(); });
    }
    Status reserve(std::uint64_t offset, std::uint64_t length) override
    {
        return guarded(hooks_, {Call::reserve, name_}, [&] { return real_->reserve(offset, length); });
    }
    Result<FileInfo> info() override
    {
        return guarded(hooks_, {Call::info, name_}, [&] { return real_->info(); });
    }
    Status lock() override
    {
        return guarded(hooks_, {Call::lock, name_}, [&] { return real_->lock(); });
    }
    Status drop_cache() override { return real_->drop_cache(); }
    Status set_mtime(std::int64_t mtime) override { return real_->set_mtime(mtime); }
    int descriptor() const override { return real_->descriptor(); }

private:
    const std::unique_ptr<File> real_;
    const std::string name_;
    const SharedHooks hooks_;
};

class FaultyDirectory final : public Directory {
public:
    FaultyDirectory(std::unique_ptr<Directory> real, SharedHooks hooks)
        : real_(std::move(real)), hooks_(std::move(hooks))
    {
    }

    Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override
    {
        TRY_ASSIGN(auto file, guarded(hooks_, {Call::open, name}, [&] { return real_->open(name, mode); }));
        return std::make_unique<FaultyFile>(std::move(file), name, hooks_);
    }
    Result<std::vector<std::string>> list() override
    {
        return guarded(hooks_, {Call::list, {}}, [&] { return real_->list(); });
    }
    Result<FileInfo> info(const std::string& name) override
    {
        return guarded(hooks_, {Call::info, name}, [&] { return real_->info(name); });
    }
    Result<FileInfo> info() override
    {
        return guarded(hooks_, {Call::info, {}}, [&] { return real_->info(); });
    }
    Status rename(const std::string& from, const std::string& to) override
    {
        return guarded(hooks_, {Call::rename, from}, [&] { return real_->rename(from, to); });
    }
    Status unlink(const std::string& name) override
    {
        return guarded(hooks_, {Call::unlink, name}, [&] { return real_->unlink(name); });
    }
    Status link(const File& file, const std::string& name) override
    {
        return guarded(hooks_, {Call::link, name}, [&] { return real_->link(file, name); });
    }
    Status sync() override
    {
        return guarded(hooks_, {Call::sync_directory, {}}, [&] { return real_->sync(); });
    }
    Status lock() override
    {
        return guarded(hooks_, {Call::lock, {}}, [&] { return real_->lock(); });
    }
    Result<DiskSpace> space() override { return real_->space(); }
    bool writable() override { return real_->writable(); }

private:
    const std::unique_ptr<Directory> real_;
    const SharedHooks hooks_;
};

}  // namespace

FaultyFiles::FaultyFiles(Hooks hooks, FileSystem& real)
    : hooks_(std::make_shared<const Hooks>(std::move(hooks))), real_(real)
{
}

Result<std::unique_ptr<Directory>> FaultyFiles::open_directory(const std::string& path, bool create)
{
    TRY_ASSIGN(auto directory, real_.open_directory(path, create));
    return std::make_unique<FaultyDirectory>(std::move(directory), hooks_);
}

}  // namespace bytestore::test
