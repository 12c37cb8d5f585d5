// Lines for an ApplyStream, and a target that takes down what the stream makes of them.
#pragma once

#include "fs/apply/apply_stream.h"
#include "tests/support/model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::test {

// In the form that we write, checksum and newline included.
std::string set_line(const std::string& key, const std::string& value, const format::Fields& fields = {});
std::string delete_line(const std::string& key, const format::Fields& fields = {});
std::string batch_line(std::size_t records);

class Recorder {
public:
    fs::ApplyTarget target();

    Map content;
    std::vector<std::size_t> batches;    // how many operations each had
    std::optional<std::size_t> failing;  // the call of apply, from 0, that fails with Errc::no_space
    std::size_t calls = 0;

private:
    Status apply(const Batch& batch);
};

// Writes all of `bytes`, again and again as write(2) is called; what failed in the end, if anything.
Status write_all(fs::ApplyStream& stream, std::string_view bytes);

}  // namespace bytestore::test
