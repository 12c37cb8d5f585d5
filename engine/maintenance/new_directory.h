// A directory that is there whole or not at all: it is filled under another name beside its place.
#pragma once

#include "engine/io/file.h"

#include <memory>
#include <string>

namespace bytestore {

class NewDirectory {
public:
    // `path` is not there, or is an empty directory: else Errc::exists. Its parent is there.
    static Result<std::unique_ptr<NewDirectory>> begin(const std::string& path, FileSystem& files);
    // Removes what was not published.
    ~NewDirectory();
    NewDirectory(const NewDirectory&) = delete;
    NewDirectory& operator=(const NewDirectory&) = delete;

    Directory& directory() { return *directory_; }
    const std::string& path() const { return partial_; }  // where it is until it is published

    // Syncs the directory and gives it its name, for good. What is in it has been synced by the caller.
    Status publish();

private:
    NewDirectory(std::string path, std::string partial, std::unique_ptr<Directory> directory, FileSystem& files);

    const std::string path_;
    const std::string partial_;
    const std::unique_ptr<Directory> directory_;
    FileSystem& files_;
    bool published_ = false;
};

}  // namespace bytestore
