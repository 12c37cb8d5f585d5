#include "engine/io/copy_bytes.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace bytestore {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

}  // namespace

Status copy_bytes(File& from, std::uint64_t begin, std::uint64_t end, File& to)
{
    std::string piece(kPiece, '\0');
    for (std::uint64_t done = 0; begin + done < end;) {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - begin - done));
        TRY_ASSIGN(const std::size_t got, from.read(begin + done, std::span(piece).first(want)));
        if (got == 0) {
            break;
        }
        TRY(to.write(done, std::string_view(piece).substr(0, got)));
        done += got;
    }
    return to.sync();
}

}  // namespace bytestore
