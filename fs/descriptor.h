// A file descriptor that is closed once.
#pragma once

#include <unistd.h>

#include <utility>

namespace bytestore::fs {

class Descriptor {
public:
    explicit Descriptor(int number = -1)
        : number_(number)
    {
    }
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept
        : number_(std::exchange(other.number_, -1))
    {
    }
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        close();
        number_ = std::exchange(other.number_, -1);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return number_; }
    bool valid() const { return number_ >= 0; }
    void close()
    {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }

private:
    int number_;
};

}  // namespace bytestore::fs
