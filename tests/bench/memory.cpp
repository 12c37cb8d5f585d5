#include "tests/bench/memory.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bytestore::bench {
namespace {

[[noreturn]] void be_child(int to, const std::function<std::map<std::string, double>()>& work)
{
    int code = EXIT_FAILURE;
    ::malloc_trim(0);  // pages that earlier work left free would hide what this work takes
    try {
        std::string text;
        for (const auto& [name, figure] : work()) {
            text += fmt::format("{}\t{}\n", name, figure);
        }
        const bool written = ::write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size());
        code = written ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "{}\n", failure.what());
    }
    ::_exit(code);
}

std::string read_all(int from)
{
    std::string text;
    std::array<char, 4096> piece;
    for (ssize_t got = ::read(from, piece.data(), piece.size()); got > 0;
         got = ::read(from, piece.data(), piece.size())) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
}

}  // namespace

Memory Memory::now()
{
    const auto heap = ::mallinfo2();
    return {.heap = static_cast<double>(heap.uordblks + heap.hblkhd), .resident = resident_bytes("self")};
}

double resident_bytes(const std::string& process)
{
    std::ifstream file("/proc/" + process + "/statm");
    double total = 0;
    double resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::map<std::string, double> in_child(const std::function<std::map<std::string, double>()>& work)
{
    std::array<int, 2> ends;
    if (::pipe(ends.data()) != 0) {
        throw std::runtime_error("no pipe can be made");
    }
    const pid_t child = ::fork();
    if (child == 0) {
        be_child(ends[1], work);
    }
    ::close(ends[1]);
    std::istringstream lines(read_all(ends[0]));
    ::close(ends[0]);
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) < 0 || status != 0) {
        throw std::runtime_error("a process of its own failed");
    }
    std::map<std::string, double> figures;
    std::string name;
    std::string figure;
    while (std::getline(lines, name, '\t') && std::getline(lines, figure)) {
        figures[name] = std::strtod(figure.c_str(), nullptr);
    }
    return figures;
}

}  // namespace bytestore::bench
