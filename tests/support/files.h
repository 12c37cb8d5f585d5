// Files as tests look at them: whole, behind the back of the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::test {

using Path = std::filesystem::path;

std::string read_file(const Path& path);
void write_file(const Path& path, std::string_view bytes);
void append_file(const Path& path, std::string_view bytes);

// Name and bytes of every regular file in a directory.
std::map<std::string, std::string> files_in(const Path& directory);
// Replaces what is in `to` by a copy of what is in `from`.
void copy_files(const Path& from, const Path& to);

Path segment_path(const Path& directory, std::uint64_t number);
std::vector<Path> segments_in(const Path& directory);  // in the order of their numbers
// Where each line of `text` begins, and its size at the end.
std::vector<std::size_t> line_starts(std::string_view text);

}  // namespace bytestore::test
