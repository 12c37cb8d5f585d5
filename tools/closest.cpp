#include "tools/closest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bytestore::tools {
namespace {

// The optimal string alignment distance: table[i][j] are the slips between the first i and the first j characters.
std::size_t slips(std::string_view from, std::string_view to)
{
    std::vector<std::vector<std::size_t>> table(from.size() + 1, std::vector<std::size_t>(to.size() + 1));
    for (std::size_t i = 0; i <= from.size(); ++i) {
        for (std::size_t j = 0; j <= to.size(); ++j) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            const std::size_t wrong = from[i - 1] == to[j - 1] ? 0 : 1;
            table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + wrong});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
                table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
            }
        }
    }
    return table.back().back();
}

}  // namespace

std::optional<std::string> closest(std::string_view typed, std::span<const std::string> words)
{
    std::optional<std::string> best;
    std::size_t least = SIZE_MAX;
    for (const std::string& word : words) {
        const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
        const bool near_in_length = typed.size() <= word.size() + allowed;
        const std::size_t distance = near_in_length ? slips(typed, word) : SIZE_MAX;
        if (distance <= allowed && distance < least) {
            best = word;
            least = distance;
        }
    }
    return best;
}

}  // namespace bytestore::tools
