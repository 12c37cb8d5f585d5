// Asynchronous direct writes beside buffered reads, as databases and `fio` do: what was read ahead meanwhile is not
// kept.
#include "tests/mount/mount_test.h"
#include "tests/support/files.h"
#include "tests/support/scale.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

namespace bytestore::test {
namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kSize = 16 * kBlock;

// Of the kernel's own asynchronous I/O; glibc's is made of threads.
class DirectWriter {
public:
    explicit DirectWriter(const std::string& path)
        : file_(::open(path.c_str(), O_WRONLY | O_DIRECT)),
          bytes_(static_cast<char*>(std::aligned_alloc(kBlock, kSize)), &std::free)
    {
        EXPECT_GE(file_, 0);
        EXPECT_EQ(::syscall(SYS_io_setup, 1, &context_), 0);
    }
    ~DirectWriter()
    {
        ::syscall(SYS_io_destroy, context_);
        ::close(file_);
    }
    DirectWriter(const DirectWriter&) = delete;
    DirectWriter& operator=(const DirectWriter&) = delete;

    void fill(char byte)
    {
        std::fill_n(bytes_.get(), kSize, byte);
        iocb request{};
        request.aio_lio_opcode = IOCB_CMD_PWRITE;
        request.aio_fildes = static_cast<std::uint32_t>(file_);
        request.aio_buf = reinterpret_cast<std::uintptr_t>(bytes_.get());
        request.aio_nbytes = kSize;
        std::array<iocb*, 1> requests{&request};
        EXPECT_EQ(::syscall(SYS_io_submit, context_, 1, requests.data()), 1);
        io_event done{};
        EXPECT_EQ(::syscall(SYS_io_getevents, context_, 1, 1, &done, nullptr), 1);
        EXPECT_EQ(done.res, static_cast<std::int64_t>(kSize));
    }

private:
    int file_;
    std::unique_ptr<char, decltype(&std::free)> bytes_;
    aio_context_t context_ = 0;
};

class DirectIoTest : public MountTest {};

TEST_F(DirectIoTest, WhatWasWrittenIsReadAtOnceThoughOthersReadMeanwhile)
{
    const auto path = root() + "/v";
    write_file(path, std::string(kSize, 'x'));
    std::atomic<bool> ended = false;
    std::thread reader([&] {
        while (!ended) {
            read_file(path);
        }
    });
    {
        DirectWriter writer(path);
        for (int i = 0; i < scaled(1000); ++i) {
            const char byte = static_cast<char>('a' + i % 26);
            writer.fill(byte);
            EXPECT_EQ(read_file(path), std::string(kSize, byte)) << i;
        }
    }
    ended = true;
    reader.join();
}

}  // namespace
}  // namespace bytestore::test
