#include "engine/format/long_line.h"

#include "engine/format/canonical.h"
#include "engine/format/checksum.h"
#include "engine/format/foreign_line.h"
#include "engine/format/parse.h"
#include "engine/format/white_space.h"

#include <algorithm>
#include <optional>

namespace bytestore::format {

namespace {

struct Bounds {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t size() const { return end - begin; }
};

constexpr std::uint64_t kEdge = 4096;  // how much of a line is looked at in search of its ends

Result<std::string> read(const LineSource& source, Bounds bounds)
{
    std::string bytes(bounds.size(), '\0');
    TRY(source(bounds.begin, bytes));
    return bytes;
}

// The end of an edge may cut a white character, so the search goes on from there unless something else was seen.
bool all_white(std::size_t white, std::size_t edge)
{
    return white > 0 && edge - white < kLongestWhite;
}

Result<Bounds> trim(const LineSource& source, std::uint64_t length)
{
    Bounds bounds{0, length};
    for (bool more = true; more && bounds.size() > 0;) {
        TRY_ASSIGN(const std::string edge, read(source, {bounds.begin, bounds.begin + std::min(kEdge, bounds.size())}));
        const std::size_t white = leading_white(edge);
        bounds.begin += white;
        more = all_white(white, edge.size());
    }
    for (bool more = true; more && bounds.size() > 0;) {
        TRY_ASSIGN(const std::string edge, read(source, {bounds.end - std::min(kEdge, bounds.size()), bounds.end}));
        const std::size_t white = trailing_white(edge);
        bounds.end -= white;
        more = all_white(white, edge.size());
    }
    return bounds;
}

// The body of a line, read forward and hashed on the way.
class SourceWindow : public Window {
public:
    SourceWindow(const LineSource& source, Bounds body, std::size_t piece)
        : Window({}), source_(source), begin_(body.begin), left_(body.size()), piece_(piece)
    {
    }

    // At least doubles what is held, so that a long key is not read from its start too often.
    Result<bool> grow() override
    {
        if (left_ == 0) {
            return false;
        }
        const std::size_t kept = text().size();
        const auto added = static_cast<std::size_t>(std::min<std::uint64_t>(left_, std::max(piece_, kept)));
        buffer_.erase(0, buffer_.size() - kept);
        Status read;
        buffer_.resize_and_overwrite(kept + added, [&](char* bytes, std::size_t) {  // libstdc++ 12 may give more
            read = source_(begin_, {bytes + kept, added});
            return read ? kept + added : kept;
        });
        TRY(std::move(read));
        sum_.add(std::string_view(buffer_).substr(kept));
        begin_ += added;
        left_ -= added;
        text_ = buffer_;
        return true;
    }

    // Of what has been read.
    std::uint64_t checksum() const { return sum_.value(); }

private:
    const LineSource& source_;
    std::uint64_t begin_;  // of what is still to be read
    std::uint64_t left_;
    std::size_t piece_;
    std::string buffer_;
    Checksum sum_;
};

struct Sides {
    Bounds body;
    bool has_sum = false;
    std::uint64_t sum = 0;
};

// split_checksum for a line that is not held.
Result<std::optional<Sides>> split(const LineSource& source, Bounds line)
{
    const std::uint64_t size = std::min<std::uint64_t>(line.size(), kChecksumTail);
    TRY_ASSIGN(const std::string tail, read(source, {line.end - size, line.end}));
    CheckedText parts;
    if (!split_checksum(tail, parts)) {
        return std::optional<Sides>{};
    }
    return Sides{{line.begin, line.end - (tail.size() - parts.body.size())}, parts.has_sum, parts.sum};
}

// A line in our form; empty if it is not.
Result<std::optional<Line>> parse_canonical(const LineSource& source, Bounds bounds, std::string* value,
                                            std::size_t piece)
{
    TRY_ASSIGN(const auto sides, split(source, bounds));
    if (!sides) {
        return std::optional<Line>{};
    }
    Line line;
    line.checked = sides->has_sum;
    SourceWindow window(source, sides->body, piece);
    TRY_ASSIGN(const bool canonical, recognise(window, line, value));
    if (!canonical) {
        return std::optional<Line>{};
    }
    if (line.checked && window.checksum() != sides->sum) {
        return fail(Errc::damaged, "checksum mismatch");
    }
    complete_canonical(line, bounds.begin);
    return line;
}

}  // namespace

Result<Line> parse_in_pieces(const LineSource& source, std::uint64_t length, std::string* value, std::size_t piece)
{
    TRY_ASSIGN(const Bounds bounds, trim(source, length));
    if (bounds.size() == 0) {
        return Line{};
    }
    const std::size_t value_size = value != nullptr ? value->size() : 0;
    TRY_ASSIGN(auto canonical, parse_canonical(source, bounds, value, piece));
    if (canonical) {
        return std::move(*canonical);
    }
    if (value != nullptr) {
        value->resize(value_size);
    }
    TRY(check_foreign_size(bounds.size()));
    TRY_ASSIGN(const std::string text, read(source, bounds));
    return parse_trimmed(text, bounds.begin, value);
}

}  // namespace bytestore::format
