// One file of .control, and what an open one keeps.
#pragma once

#include "engine/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bytestore::fs {

// The writing side of one open control file, owned by its handle. Threads: any, several at a time, since processes
// share a handle.
class ControlWriter {
public:
    ControlWriter() = default;
    ControlWriter(const ControlWriter&) = delete;
    ControlWriter& operator=(const ControlWriter&) = delete;
    virtual ~ControlWriter() = default;

    // What write(2) answers: how many of `bytes` were taken. Called with no lock held.
    virtual Result<std::size_t> write(std::string_view bytes) = 0;
    // What close(2) answers. Called for every descriptor of the handle, also of a child that only inherited one.
    virtual Status flush() { return {}; }
};

struct ControlFile {
    std::string name;
    std::function<std::string()> read;                            // what a reader gets, as of its open
    std::function<std::unique_ptr<ControlWriter>()> open_writer;  // nullptr: read-only

    std::uint32_t mode() const { return open_writer ? 0600 : 0400; }
};

}  // namespace bytestore::fs
