#include "tests/mount/tree_walk.h"

#include "tests/support/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <set>

namespace bytestore::test {
namespace {

fs::Type type_of(const struct stat& st)
{
    return S_ISDIR(st.st_mode) ? fs::Type::directory : S_ISLNK(st.st_mode) ? fs::Type::link : fs::Type::file;
}

std::string content_of(const std::filesystem::path& path, fs::Type type)
{
    switch (type) {
        case fs::Type::link:
            return std::filesystem::read_symlink(path);
        case fs::Type::file:
            return read_file(path);
        default:
            return {};
    }
}

}  // namespace

std::map<std::string, Found> walk(const std::string& directory)
{
    std::map<std::string, Found> tree;
    std::set<ino_t> numbers;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        const auto path = entry.path().string();
        struct stat st{};
        EXPECT_EQ(::lstat(path.c_str(), &st), 0) << path << " is listed and not there";
        const auto type = type_of(st);
        const auto& found = tree[path.substr(directory.size() + 1)] =
            Found{.type = type,
                  .mode = st.st_mode & 07777,
                  .mtime = static_cast<std::int64_t>(st.st_mtim.tv_sec) * 1'000'000'000 + st.st_mtim.tv_nsec,
                  .content = content_of(path, type)};
        EXPECT_TRUE(numbers.insert(st.st_ino).second) << path << " shares its inode number";
        EXPECT_TRUE(type == fs::Type::directory || st.st_nlink == 1) << path;
        EXPECT_TRUE(type == fs::Type::directory || static_cast<std::size_t>(st.st_size) == found.content.size())
            << path;
        EXPECT_EQ(entry.is_symlink(), type == fs::Type::link) << path << " is listed with another type";
    }
    return tree;
}

std::vector<std::string> names_in(const std::string& directory, const std::function<void()>& between)
{
    std::vector<std::string> names;
    const int number = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    EXPECT_GE(number, 0);
    alignas(dirent64) std::array<char, 96> buffer{};
    while (true) {
        between();
        const auto size = ::getdents64(number, buffer.data(), buffer.size());
        EXPECT_GE(size, 0);
        if (size <= 0) {
            break;
        }
        for (ssize_t at = 0; at < size;) {
            const char* const entry = buffer.data() + at;
            std::uint16_t length = 0;
            std::memcpy(&length, entry + offsetof(dirent64, d_reclen), sizeof length);
            names.emplace_back(entry + offsetof(dirent64, d_name));
            at += length;
        }
    }
    ::close(number);
    std::erase_if(names, [](const auto& name) { return name == "." || name == ".."; });
    return names;
}

}  // namespace bytestore::test
