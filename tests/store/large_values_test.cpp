#include "engine/large_values.h"

#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
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
        const bool same = bytes->view() == value.substr(std::min<std::size_t>(offset, value.size()), size);
        EXPECT_TRUE(same) << key << ": " << size << " bytes from " << offset;
    }
    // From the store, which knows what it wrote.
    void expect_stored(const std::string& key, const std::string& value)
    {
        const auto found = store_->find(key);
        for (const std::size_t offset : {0, 1, 100'000, 299'999}) {
            const auto bytes = store_->read(*found, offset, 70'000);
            ASSERT_TRUE(bytes) << key << ": " << bytes.error().message;
            EXPECT_TRUE(bytes->view() == value.substr(offset, 70'000)) << key << ": from " << offset;
        }
    }
    // Whether a piece can be read while another, far behind it, is damaged; which itself is never read.
    bool reads_beside_damage(const std::string& key)
    {
        const auto last = segments_in(path()).back();
        const auto before = read_file(last);
        auto bytes = before;
        ++bytes[before.find(R"("key":")" + key + '"') + (kSize - 1000)];
        write_file(last, bytes);
        const auto found = store_->find(key);
        const bool reads = store_->read(*found, 0, 100).has_value();
        EXPECT_EQ(code_of(store_->read(*found, 0, found->entry().size)), Errc::damaged) << key;
        write_file(last, before);
        return reads;
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

TEST_F(LargeValuesTest, WhatWasWrittenNeedNotBeVerifiedWhole)
{
    values_.erase("foreign");  // which was not
    for (const auto& [key, value] : values_) {
        expect_stored(key, value);
        EXPECT_TRUE(reads_beside_damage(key)) << key;
    }
    store_.reset();
    store_ = open();
    EXPECT_FALSE(reads_beside_damage("bytes"));
    expect_stored("bytes", values_.at("bytes"));
    EXPECT_TRUE(reads_beside_damage("bytes"));
}

TEST_F(LargeValuesTest, ACopyNeedNotBeVerifiedEither)
{
    values_.erase("foreign");  // which is not so large
    for (const auto& [key, value] : values_) {
        Batch batch;
        batch.copy(key, "copy of " + key, {.mtime = 1});
        batch.remove(key);
        ASSERT_TRUE(store_->apply(batch)) << key;
        expect_stored("copy of " + key, value);
        EXPECT_TRUE(reads_beside_damage("copy of " + key)) << key;
    }
}

TEST_F(LargeValuesTest, ACompactionMovesThem)
{
    set(*store_, "same", "short now");
    ASSERT_TRUE(store_->compact());
    expect_stored("bytes", values_.at("bytes"));
    expect_stored("escapes", values_.at("escapes"));
}

TEST_F(LargeValuesTest, OfAWriteThatFailedNothingIsKnown)
{
    const auto value = values_.at("bytes") + std::string(3 << 20, '\xff');
    std::atomic<int> writes_left = 0;  // the store has threads
    FaultyFiles faulty({.before = [&](const FileCall& call) -> std::optional<Fault> {
                            const bool fails = call.call == Call::write && writes_left-- == 1;
                            return fails ? std::optional<Fault>({.os_error = ENOSPC, .written = 1000}) : std::nullopt;
                        },
                        .after = [](const FileCall&) {}});
    store_.reset();
    store_ = open(faulty);
    bool failed = true;
    for (int n = 1; failed; ++n) {
        writes_left = n;
        failed = !store_->set("key", std::to_string(n) + value + "which is not stored", {});
        writes_left = 0;
        set(*store_, "key", std::to_string(n) + value);
        expect_stored("key", std::to_string(n) + value);
        EXPECT_LT(n, 20);
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
        EXPECT_TRUE(piece && piece->view() == "vvv");
        EXPECT_LE(large_.being_read(), 3U);
    }
}

TEST_F(LargeValuesTest, NothingIsKeptWhenNobodyReads)
{
    expect_piece("same", 0, 10);
    EXPECT_EQ(large_.being_read(), 1);
    while (large_.being_read() > 0) {
        std::this_thread::sleep_for(10ms);
    }
}

}  // namespace
}  // namespace bytestore::test
