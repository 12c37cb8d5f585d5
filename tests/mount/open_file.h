// A file that is open on a mount, and what a model says that it holds.
#pragma once

#include "tests/vfs/model.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace bytestore::test {

// Of what a system call answered: its errno, 0 for success.
int errno_of(long answer);

class OpenFile {
public:
    OpenFile(int number, int flags, ModelPtr node);
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile();

    int number() const { return number_; }
    const ModelPtr& node() const { return node_; }
    bool may_write() const;
    bool may_read() const;
    bool may_map(std::size_t offset) const;           // to write there
    bool truncates() const;                           // when it is opened
    bool write_is_synced() const { return synced_; }  // of the last write

    OpenFile duplicate() const;
    // Its errno, 0 for success.
    int close();
    // Both sides are written, at the end if O_APPEND says so. The errno, in which case neither is.
    int write(std::string_view bytes, std::size_t offset);
    // The same by a shared mapping of what is there, and msync.
    int write_through_mapping(std::string_view bytes, std::size_t offset);
    // Checks that a read, whole and in part, and fstat tell what the model does.
    void expect_content() const;

private:
    std::string read(std::size_t size, std::size_t offset) const;

    int number_;
    int flags_;
    ModelPtr node_;
    bool synced_ = false;
};

}  // namespace bytestore::test
