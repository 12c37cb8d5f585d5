#include "tests/support/temp_directory.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace bytestore::test {
namespace {

// Thousands of small stores are made and synced: in memory, unless TMPDIR says where.
std::filesystem::path place()
{
    const std::filesystem::path memory = "/dev/shm";
    std::error_code error;
    const bool chosen = std::getenv("TMPDIR") != nullptr;
    return !chosen && std::filesystem::is_directory(memory, error) ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

TempDirectory::TempDirectory()
{
    std::string name = place() / "bytestore-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), name);
    }
    path_ = name;
}

TempDirectory::~TempDirectory()
{
    std::error_code error;  // what cannot be removed is left to the system's own cleaning
    std::filesystem::remove_all(path_, error);
}

}  // namespace bytestore::test
