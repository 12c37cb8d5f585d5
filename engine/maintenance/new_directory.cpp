#include "engine/maintenance/new_directory.h"

#include "engine/io/os_error.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace bytestore {
namespace {

namespace filesystem = std::filesystem;

Status check_free(const std::string& path)
{
    if (path.empty()) {
        return fail(Errc::invalid, "the new data directory has no name");
    }
    std::error_code error;
    const auto status = filesystem::symlink_status(path, error);
    if (filesystem::is_symlink(status)) {
        return fail(Errc::exists, fmt::format("{} is a symbolic link", path));
    }
    if (status.type() == filesystem::file_type::not_found) {
        return {};
    }
    const bool empty = filesystem::is_directory(status) && filesystem::is_empty(path, error) && !error;
    return empty ? Status() : fail(Errc::exists, fmt::format("{} is there, and is no empty directory", path));
}

std::string without_slashes(std::string path)
{
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

std::string parent_of(const std::string& path)
{
    const auto parent = filesystem::path(path).parent_path();
    return parent.empty() ? "." : parent.string();
}

}  // namespace

Result<std::unique_ptr<NewDirectory>> NewDirectory::begin(const std::string& path, FileSystem& files)
{
    auto name = without_slashes(path);
    TRY(check_free(name));
    auto partial = name + ".partial";
    std::error_code error;
    if (filesystem::exists(filesystem::symlink_status(partial, error))) {
        return fail(
            Errc::exists,
            fmt::format("{} is there, of an earlier run that did not end or still goes on; remove it", partial));
    }
    auto directory = files.open_directory(partial, true);
    if (!directory) {
        // It is not the store that is missing.
        const auto& why = directory.error();
        return fail(why.code == Errc::not_a_store ? Errc::io : why.code,
                    fmt::format("{} cannot be made: {}", name, why.message), why.os_error);
    }
    return std::unique_ptr<NewDirectory>(
        new NewDirectory(std::move(name), std::move(partial), std::move(*directory), files));
}

NewDirectory::NewDirectory(std::string path, std::string partial, std::unique_ptr<Directory> directory,
                           FileSystem& files)
    : path_(std::move(path)), partial_(std::move(partial)), directory_(std::move(directory)), files_(files)
{
}

NewDirectory::~NewDirectory()
{
    if (!published_) {
        std::error_code ignored;  // the next run names what is left
        filesystem::remove_all(partial_, ignored);
    }
}

Status NewDirectory::publish()
{
    TRY(directory_->sync());
    std::error_code error;
    filesystem::rename(partial_, path_, error);
    if (error) {
        return os_failure(error.value(), "rename", partial_);
    }
    published_ = true;
    TRY_ASSIGN(const auto parent, files_.open_directory(parent_of(path_), false));
    return parent->sync();
}

}  // namespace bytestore
