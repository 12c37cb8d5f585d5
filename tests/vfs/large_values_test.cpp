#include "fs/core/large_values.h"

#include "tests/support/store_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace bytestore::test {
namespace {

using namespace std::chrono_literals;
using fs::LargeValues;

constexpr std::size_t kSize = std::size_t{300} << 10;

// Values in every form that a record has: without escapes, with few and with many, of long characters, base64, text
// that is nearly that, a link, and one that another program wrote in a form of its own.
class LargeValuesTest : public StoreTest {
protected:
    LargeValuesTest()
    {
        const auto foreign = mixed("\\/\\u0041b");
        plant(R"({"value":")" + foreign +
              R"(","cmd":"Set","key":"foreign"})"
              "\n");
        store_ = open();
        values_["same"] = mixed("abcdefg");
        values_["lines"] = mixed("a line that is long enough, and its end\n");
        values_["escapes"] = mixed("\x01\"abcdefgh\t");
        values_["characters"] = mixed("ä€😀\nz");
        values_["bytes"] = mixed(std::string("\xff\0\xfe", 3)) + "xy";
        values_["nearly base64"] = std::string("\0b64:", 5) + mixed("AAAA") + "!";
        for (const auto& [key, value] : values_) {
            set(*store_, key, value);
        }
        EXPECT_TRUE(store_->set("link", mixed("to\n"), {}, Kind::link));
        values_["link"] = mixed("to\n");
        values_["foreign"] = *store_->get("foreign");
        EXPECT_TRUE(values_["foreign"].starts_with("/A"));
    }
    static std::string mixed(const std::string& part)
    {
        std::string text;
        while (text.size() < kSize) {
            text += part;
        }
        return text;
    }
    void expect_piece(const std::string& key, std::uint64_t offset, std::size_t size)
    {
        const auto bytes = large_.read(*store_->find(key), offset, size);
        ASSERT_TRUE(bytes) << key << ": " << bytes.error().message;
        const auto& value = values_.at(key);
        const bool same = *bytes == value.substr(std::min<std::size_t>(offset, value.size()), size);
        EXPECT_TRUE(same) << key << ": " << size << " bytes from " << offset;
    }
    void expect_random_pieces(unsigned seed, int pieces)
    {
        std::mt19937 random(seed);
        for (int i = 0; i < pieces; ++i) {
            for (const auto& [key, value] : values_) {
                expect_piece(key, random() % (value.size() + 10), random() % (random() % 2 == 0 ? 10 : kSize));
            }
        }
    }

    std::map<std::string, std::string> values_;
    std::unique_ptr<Store> store_;
    LargeValues large_{3 * kSize};
};

TEST_F(LargeValuesTest, PiecesInOrderAreTheValue)
{
    for (const std::size_t piece : {4096, 100'000, 131'072, 1 << 20}) {
        for (const auto& [key, value] : values_) {
            for (std::size_t offset = 0; offset <= value.size(); offset += piece) {
                expect_piece(key, offset, piece);
            }
        }
    }
}

TEST_F(LargeValuesTest, PiecesFromAnywhereAreThoseOfTheValue)
{
    expect_random_pieces(1, 200);
}

TEST_F(LargeValuesTest, ManyReadersGetWhatTheyAskFor)
{
    std::vector<std::jthread> readers;
    for (unsigned reader = 0; reader < 8; ++reader) {
        readers.emplace_back([this, reader] { expect_random_pieces(reader, 20); });
    }
}

TEST_F(LargeValuesTest, ARecordIsVerifiedBeforeAnyOfItIsRead)
{
    const auto last = segments_in(path()).back();
    for (const auto& [key, value] : values_) {
        auto bytes = read_file(last);
        const auto at = bytes.find(R"("key":")" + key + '"');
        if (at == std::string::npos) {
            EXPECT_EQ(key, "foreign");  // which has no checksum
            continue;
        }
        ++bytes[bytes.find('\n', at) - 4];
        write_file(last, bytes);
        EXPECT_EQ(code_of(large_.read(*store_->find(key), 0, 1)), Errc::damaged) << key;
    }
}

TEST_F(LargeValuesTest, WhatChangesLaterIsNotRead)
{
    const auto last = segments_in(path()).back();
    const auto before = read_file(last);
    std::mt19937 random(1);
    for (const auto& [key, value] : values_) {
        const auto at = before.find(R"("key":")" + key + '"');
        for (int flips = 0; flips < 20 && at != std::string::npos; ++flips) {
            expect_piece(key, random() % value.size(), 10);
            auto bytes = before;
            bytes[at + key.size() + 30 + random() % (kSize / 2)] ^= 1;
            write_file(last, bytes);
            EXPECT_EQ(code_of(large_.read(*store_->find(key), 0, value.size())), Errc::damaged) << key;
            write_file(last, before);
        }
    }
}

TEST_F(LargeValuesTest, WhatIsKeptStaysWithinTheBudget)
{
    plant([&] {
        std::string lines;
        for (int i = 0; i < 10; ++i) {
            lines +=
                R"( {"cmd":"Set","value":")" + std::string(kSize, 'v') + R"(","key":")" + std::to_string(i) + "\"}\n";
        }
        return lines;
    }());
    store_ = open();
    for (int i = 0; i < 30; ++i) {
        const auto piece = large_.read(*store_->find(std::to_string(i % 10)), 1000, 3);
        EXPECT_TRUE(piece && *piece == "vvv");
        EXPECT_LE(large_.known(), 3U);
    }
}

TEST_F(LargeValuesTest, NothingIsKeptWhenNobodyReads)
{
    expect_piece("same", 0, 10);
    EXPECT_EQ(large_.known(), 1);
    while (large_.known() > 0) {
        std::this_thread::sleep_for(10ms);
    }
}

}  // namespace
}  // namespace bytestore::test
