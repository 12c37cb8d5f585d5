// Files that are too large to be kept: nothing of them is stored but what they are made of.
#pragma once

#include "engine/io/file.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore::test {

// Texts, one behind the other, each so many times.
class Pattern {
public:
    Pattern& then(std::string_view text, std::uint64_t times = 1);
    std::uint64_t size() const { return size_; }
    std::size_t read(std::uint64_t offset, std::span<char> into) const;

private:
    struct Part {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::string block;  // the text, several times if it is short
    };
    std::vector<Part> parts_;
    std::uint64_t size_ = 0;
};

// A directory, under whatever path, of files that can only be read.
class SyntheticFiles final : public FileSystem {
public:
    using Content = std::map<std::string, Pattern>;

    explicit SyntheticFiles(Content content)
        : shared_(std::make_shared<Shared>(std::move(content)))
    {
    }

    Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool create) override;

    std::uint64_t reads() const { return shared_->reads; }
    std::uint64_t bytes_read() const { return shared_->bytes_read; }

    struct Shared {
        explicit Shared(Content files)
            : content(std::move(files))
        {
        }
        const Content content;
        std::atomic<std::uint64_t> reads = 0;
        std::atomic<std::uint64_t> bytes_read = 0;
    };

private:
    const std::shared_ptr<Shared> shared_;
};

}  // namespace bytestore::test
