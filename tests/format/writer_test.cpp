#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace bytestore::format {
namespace {

// What was written, in its pieces.
class Pieces {
public:
    Output output()
    {
        return [this](std::string_view piece) -> Status {
            if (pieces_.size() == fail_at_) {
                return fail(Errc::no_space, "full");
            }
            pieces_.emplace_back(piece);
            return {};
        };
    }
    void fail_at(std::size_t piece) { fail_at_ = piece; }
    const std::vector<std::string>& pieces() const { return pieces_; }
    std::string line() const
    {
        std::string all;
        for (const std::string& piece : pieces_) {
            all += piece;
        }
        return all;
    }

private:
    std::vector<std::string> pieces_;
    std::size_t fail_at_ = SIZE_MAX;
};

TEST(Writer, HandsOutAShortLineAtOnce)
{
    Pieces pieces;
    const auto written = write_set(pieces.output(), "key", Kind::bytes, "value\xff", all_fields());
    ASSERT_EQ(pieces.pieces().size(), 1U);
    EXPECT_EQ(written->length + 1, pieces.line().size());
    EXPECT_EQ(pieces.line().find('\n'), pieces.line().size() - 1);
}

TEST(Writer, HandsOutNoPieceOfMoreThanItsLimit)
{
    for (const char fill : {'x', '"', '\xff'}) {
        for (std::size_t size = kPiece - 200; size < 3 * kPiece; size += kPiece / 2 + 50) {
            const std::string value(size, fill);
            Pieces pieces;
            const auto written = write_set(pieces.output(), value, Kind::bytes, value, all_fields());
            ASSERT_EQ(written->length + 1, pieces.line().size());
            for (const std::string& piece : pieces.pieces()) {
                EXPECT_LE(piece.size(), kPiece);
            }
        }
    }
}

TEST(Writer, EndsALineRightAtTheEndOfAPiece)
{
    for (std::size_t size = kPiece - 100; size < kPiece; ++size) {
        const std::string text(size, 'x');
        Pieces pieces;
        ASSERT_TRUE(write_set_raw(pieces.output(), "k", source_of(text), size, {}));
        const std::string line = pieces.line();
        ASSERT_EQ(line, set_line("k", text) + '\n');
        for (const std::string& piece : pieces.pieces()) {
            ASSERT_LE(piece.size(), kPiece);
            ASSERT_FALSE(piece.empty());
        }
    }
}

TEST(Writer, HandsOnTheErrorsOfItsOutput)
{
    const std::string value(3 * kPiece, 'x');
    Pieces whole;
    ASSERT_TRUE(write_set(whole.output(), "k", Kind::bytes, value, {}));
    for (std::size_t piece = 0; piece < whole.pieces().size(); ++piece) {
        for (const std::string& binary : {value, value + "\xff"}) {
            Pieces pieces;
            pieces.fail_at(piece);
            EXPECT_EQ(write_set(pieces.output(), "k", Kind::bytes, binary, {}).error().code, Errc::no_space);
        }
        Pieces pieces;
        pieces.fail_at(piece);
        EXPECT_EQ(write_set_raw(pieces.output(), "k", source_of(value), value.size(), {}).error().code, Errc::no_space);
    }
}

TEST(Writer, HandsOnTheErrorsOfEveryShortLine)
{
    Pieces full;
    full.fail_at(0);
    EXPECT_FALSE(write_set(full.output(), "k", Kind::link, "target", {}));
    EXPECT_FALSE(write_delete(full.output(), "k", {}));
    EXPECT_FALSE(write_header(full.output(), {.need = {}, .id = "0123456789abcdef", .prev = std::nullopt}));
    EXPECT_FALSE(write_seal(full.output(), {}));
}

TEST(Writer, HandsOnTheErrorsOfItsSource)
{
    Pieces pieces;
    const LineSource broken = [](std::uint64_t offset, std::span<char> bytes) -> Status {
        std::ranges::fill(bytes, 'x');
        return offset == 0 ? Status{} : fail(Errc::io, "worn out");
    };
    EXPECT_EQ(write_set_raw(pieces.output(), "k", broken, 3 * kPiece, {}).error().code, Errc::io);
    EXPECT_TRUE(write_set_raw(pieces.output(), "k", broken, kPiece / 2, {}));
}

}  // namespace
}  // namespace bytestore::format
