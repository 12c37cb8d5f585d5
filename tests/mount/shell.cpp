#include "tests/mount/shell.h"

#include "tests/mount/child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace bytestore::test {
namespace {

// Output goes to memory files, not pipes: what stays in the background with them open keeps nobody waiting.
class Output {
public:
    Output()
        : number_(::memfd_create("output", MFD_CLOEXEC))
    {
        if (number_ < 0) {
            throw std::system_error(errno, std::generic_category(), "memfd_create");
        }
    }
    ~Output() { ::close(number_); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    int number() const { return number_; }
    std::string text() const
    {
        std::string all(static_cast<std::size_t>(::lseek(number_, 0, SEEK_END)), '\0');
        const auto read = ::pread(number_, all.data(), all.size(), 0);
        all.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
        return all;
    }

private:
    int number_;
};

}  // namespace

Outcome run(const std::vector<std::string>& words, const RunOptions& options)
{
    const Output out;
    const Output err;
    Child child(words, {.directory = options.directory,
                        .environment = options.environment,
                        .out = out.number(),
                        .err = err.number(),
                        .signal_at_our_death = SIGKILL});
    Outcome outcome;
    if (const auto status = child.wait(options.timeout)) {
        outcome.status = *status;
    } else {
        outcome.timed_out = true;
        child.kill_group();
    }
    outcome.out = out.text();
    outcome.err = err.text();
    return outcome;
}

}  // namespace bytestore::test
