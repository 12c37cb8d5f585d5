#include "tests/bench/mount/workloads.h"

#include "tests/bench/mount/calls.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

namespace bytestore::bench {
namespace {

namespace filesystem = std::filesystem;

constexpr std::size_t kValue = 100;
constexpr std::size_t kThreads = 8;
constexpr std::size_t kPiece = 128 << 10;

std::string file(const std::string& directory, std::size_t i)
{
    return fmt::format("{}/key{:06}", directory, i);
}

void fill(const std::string& directory, std::size_t files)
{
    for (std::size_t i = 0; i < files; ++i) {
        write_file(file(directory, i), O_CREAT | O_EXCL, kValue);
    }
}

// Directories of a hundred.
void fill_tree(const std::string& directory, std::size_t files)
{
    constexpr std::size_t kInDirectory = 100;
    for (std::size_t i = 0; i < files; i += kInDirectory) {
        const auto in = fmt::format("{}/tree/dir{:05}", directory, i / kInDirectory);
        filesystem::create_directories(in);
        fill(in, std::min(kInDirectory, files - i));
    }
}

void list(const std::string& directory, bool stats)
{
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
    must(stream != nullptr, directory);
    while (const auto* entry = ::readdir(stream.get())) {
        struct stat st{};
        must(!stats || ::fstatat(::dirfd(stream.get()), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0, entry->d_name);
    }
}

void in_threads(const std::function<void(std::size_t thread)>& work)
{
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&work, thread] { work(thread); });
    }
}

void command(const std::string& words)
{
    must(std::system((words + " > /dev/null").c_str()) == 0, words);  // NOLINT(cert-env33-c)
}

using Work = std::function<void(const std::string&)>;

Work for_each(std::size_t files, const std::function<void(const std::string& path)>& act)
{
    return [=](const std::string& directory) {
        for (std::size_t i = 0; i < files; ++i) {
            act(file(directory, i));
        }
    };
}

Work threads_create(std::size_t files, bool sync)
{
    return [=](const std::string& directory) {
        in_threads([&](std::size_t thread) {
            for (std::size_t i = thread; i < files; i += kThreads) {
                write_file(file(directory, i), O_CREAT | O_EXCL, kValue, sync);
            }
        });
    };
}

Work threads_mix(std::size_t files)
{
    return [=](const std::string& directory) {
        in_threads([&](std::size_t thread) {
            std::minstd_rand random(static_cast<unsigned>(thread + 1));
            for (std::size_t i = thread; i < files; i += kThreads) {
                const auto path = file(directory, random() % files);
                random() % 10 < 7 ? read_file(path) : write_file(path, O_TRUNC, kValue);
            }
        });
    };
}

void rename_file(const std::string& from, const std::string& to)
{
    must(::rename(from.c_str(), to.c_str()) == 0, from);
}

}  // namespace

std::vector<Workload> workloads(const Sizes& sizes)
{
    const auto n = sizes.files;
    const auto count = static_cast<double>(n);
    const Work nothing = [](const std::string&) {};
    const Work files = [n](const std::string& directory) { fill(directory, n); };
    const Work read_twice = [n, files](const std::string& directory) {
        files(directory);
        for_each(n, read_file)(directory);
    };
    const Work stat_once = [n, files](const std::string& directory) {  // what was written is asked for anew
        files(directory);
        for_each(n, [](const auto& path) { stat_file(path); })(directory);
    };
    const Work stat_missing = for_each(n, [](const auto& path) { stat_file(path + "-missing", false); });
    const auto entries = static_cast<double>(sizes.entries);
    const Work large = [bytes = sizes.bytes](const std::string& directory) {
        const File file(directory + "/large", O_CREAT | O_WRONLY);
        for (std::size_t done = 0; done < bytes; done += kPiece) {
            file.write(std::string(kPiece, 'v'));
        }
    };
    const auto mebibytes = static_cast<double>(sizes.bytes) / (1 << 20);
    const Work many = [e = sizes.entries](const std::string& directory) { fill(directory, e); };
    const Work listed = [many](const std::string& directory) {
        many(directory);
        list(directory, true);
        list(directory, true);
    };
    const Work tree = [t = sizes.tree](const std::string& directory) { fill_tree(directory, t); };
    const auto in_tree = static_cast<double>(sizes.tree);
    const auto on_tree = [](const std::string& words) {
        return [words](const std::string& directory) { command(fmt::format(fmt::runtime(words), directory)); };
    };
    return {
        {"create", count, nothing, false, files},
        {"overwrite", count, files, false, for_each(n, [](const auto& path) { write_file(path, O_TRUNC, kValue); })},
        {"append 1 B", count, files, false, for_each(n, [](const auto& path) { write_file(path, O_APPEND, 1); })},
        {"read hot", count, read_twice, false, for_each(n, read_file)},
        {"read cold", count, files, true, for_each(n, read_file)},
        {"stat hot", count, stat_once, false, for_each(n, [](const auto& path) { stat_file(path); })},
        {"stat cold", count, files, true, for_each(n, [](const auto& path) { stat_file(path); })},
        {"stat missing", count, stat_missing, false, stat_missing},
        {"rename", count, files, false, for_each(n, [](const auto& path) { rename_file(path, path + "-new"); })},
        {"create, rename over", count, files, false,
         for_each(n,
                  [](const auto& path) {
                      write_file(path + "-new", O_CREAT | O_EXCL, kValue);
                      rename_file(path + "-new", path);
                  })},
        {"unlink", count, files, false, for_each(n, [](const auto& path) { must(::unlink(path.c_str()) == 0, path); })},
        {"create, fsync", count, nothing, false,
         for_each(n, [](const auto& path) { write_file(path, O_CREAT | O_EXCL, kValue, true); })},
        {"create, fsync, 8 threads", count, nothing, false, threads_create(n, true)},
        {"create, 8 threads", count, nothing, false, threads_create(n, false)},
        {"mix, 8 threads", count, files, false, threads_mix(n)},
        {"write 1 MiB of a large value", mebibytes, nothing, false, large},
        {"read 1 MiB of it, cold", mebibytes, large, true,
         [](const std::string& directory) {
             std::string buffer(kPiece, '\0');
             File(directory + "/large", O_RDONLY).read_all(buffer);
         }},
        {"ls, hot", entries, listed, false, [](const std::string& directory) { list(directory, false); }},
        {"ls, cold", entries, many, true, [](const std::string& directory) { list(directory, false); }},
        {"ls -l, hot", entries, listed, false, [](const std::string& directory) { list(directory, true); }},
        {"ls -l, cold", entries, many, true, [](const std::string& directory) { list(directory, true); }},
        {"cp -r", in_tree, tree, false, on_tree("cp -r {0}/tree {0}/copy")},
        {"find", in_tree, tree, true, on_tree("find {} -size +1000k")},
        {"grep -r", in_tree, tree, true, on_tree("(grep -rc nothing {} || true)")},
        {"tar", in_tree, tree, true, on_tree("tar -C {} -cf - tree | cat")},
        {"rm -rf", in_tree, tree, false, on_tree("rm -rf {}/tree")},
    };
}

}  // namespace bytestore::bench
