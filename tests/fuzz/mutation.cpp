#include "tests/fuzz/mutation.h"

namespace bytestore::fuzz {

std::string Mutation::next()
{
    std::string text = any();
    for (auto changes = 1 + below(4); changes > 0; --changes) {
        change(text);
    }
    return text;
}

// Short ones are the likelier.
std::string_view Mutation::part(std::string_view text)
{
    const auto from = below(text.size() + 1);
    const auto most = below(2) == 0 ? 8 : text.size();
    return text.substr(from, below(most + 1));
}

void Mutation::change(std::string& text)
{
    enum { kFlip, kByte, kLose, kRepeat, kInsert, kOverwrite, kWays };
    const auto at = below(text.size() + 1);
    switch (below(kWays)) {
        case kFlip:
            if (at < text.size()) {
                text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            }
            break;
        case kByte:
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        case kLose:
            text.erase(at, part(text).size());
            break;
        case kRepeat:
            text.insert(at, std::string(part(text)));
            break;
        case kInsert:
            text.insert(at, std::string(part(any())));
            break;
        default: {
            const std::string other(part(any()));
            text.replace(at, other.size(), other);
        }
    }
}

}  // namespace bytestore::fuzz
