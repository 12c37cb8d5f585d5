#include "tests/bench/scratch.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace bytestore::bench {

namespace {

std::string usual_parent()
{
    const char* const asked = std::getenv("BYTESTORE_BENCH_DIR");
    return asked != nullptr ? std::string(asked) : std::filesystem::temp_directory_path().string();
}

}  // namespace

Scratch::Scratch()
    : Scratch(usual_parent())
{
}

Scratch::Scratch(const std::string& parent)
    : path_(std::filesystem::absolute(parent) / "bytestore-bench-XXXXXX")
{
    if (::mkdtemp(path_.data()) == nullptr) {
        throw std::runtime_error("no directory can be made in " + parent);
    }
}

Scratch::~Scratch()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace bytestore::bench
