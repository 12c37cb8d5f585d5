#include "tests/bench/scratch.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace bytestore::bench {

Scratch::Scratch()
{
    const char* const asked = std::getenv("BYTESTORE_BENCH_DIR");
    const auto parent = asked != nullptr ? std::filesystem::path(asked) : std::filesystem::temp_directory_path();
    path_ = parent / "bytestore-bench-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
        throw std::runtime_error("no directory can be made in " + parent.string());
    }
}

Scratch::~Scratch()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace bytestore::bench
