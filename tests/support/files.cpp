#include "tests/support/files.h"

#include "engine/log/segment_name.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bytestore::test {
namespace {

void put(const Path& path, std::string_view bytes, std::ios::openmode mode)
{
    std::ofstream file(path, std::ios::binary | mode);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

}  // namespace

std::string read_file(const Path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const Path& path, std::string_view bytes)
{
    put(path, bytes, std::ios::trunc);
}

void append_file(const Path& path, std::string_view bytes)
{
    put(path, bytes, std::ios::app);
}

std::map<std::string, std::string> files_in(const Path& directory)
{
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.is_regular_file()) {
            files[entry.path().filename()] = read_file(entry.path());
        }
    }
    return files;
}

void copy_files(const Path& from, const Path& to)
{
    std::filesystem::remove_all(to);
    std::filesystem::create_directories(to);
    std::filesystem::copy(from, to);
}

Path segment_path(const Path& directory, std::uint64_t number)
{
    return directory / segment_name(number);
}

std::vector<Path> segments_in(const Path& directory)
{
    std::vector<Path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (segment_number(entry.path().filename().string())) {
            paths.push_back(entry.path());
        }
    }
    std::ranges::sort(paths);
    return paths;
}

std::vector<std::size_t> line_starts(std::string_view text)
{
    std::vector<std::size_t> starts{0};
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
        starts.push_back(end + 1);
    }
    return starts;
}

}  // namespace bytestore::test
