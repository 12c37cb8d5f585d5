#include "tests/format/lines.h"

#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace bytestore::format {
namespace {

namespace fs = std::filesystem;
using Map = std::map<std::string, std::string>;

const fs::path kStores = fs::path(TEST_DATA) / "first-stores";

std::string content(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

// What the segments of a store say, read line by line. A bad line ends it, and must have been expected.
class Replay {
public:
    Replay(const fs::path& store, bool torn)
        : torn_(torn)
    {
        std::set<fs::path> segments;
        for (const auto& entry : fs::directory_iterator(store)) {
            segments.insert(entry.path());
        }
        for (const fs::path& segment : segments) {
            read(content(segment));
        }
        EXPECT_EQ(bad_, torn_) << store;
    }

    const Map& keys() const { return keys_; }

private:
    void read(std::string_view log)
    {
        while (!log.empty() && !bad_) {
            const std::string_view line = log.substr(0, log.find('\n'));
            log.remove_prefix(std::min(log.size(), line.size() + 1));
            take(line);
        }
    }
    void take(std::string_view line)
    {
        std::string value;
        const auto parsed = parse_line(line, &value);
        bad_ = !parsed;
        ASSERT_TRUE(parsed || torn_) << line << ": " << parsed.error().message;
        if (!parsed || parsed->type == Line::Type::blank) {
            return;
        }
        EXPECT_FALSE(parsed->checked);
        keys_.erase(parsed->key);
        if (parsed->command == Command::set) {
            keys_.emplace(parsed->key, value);
        }
    }

    bool torn_;
    bool bad_ = false;
    Map keys_;
};

TEST(FirstStores, HoldTheKeysThatTheFirstByteStoreSaw)
{
    int stores = 0;
    for (const auto& entry : fs::directory_iterator(kStores)) {
        if (!entry.is_directory()) {
            continue;
        }
        ++stores;
        const auto expected = nlohmann::json::parse(content(entry.path().string() + ".json"));
        const Replay replay(entry.path(), expected["first ByteStore"] == "refuses to open");
        EXPECT_EQ(replay.keys(), expected["keys"].get<Map>()) << entry.path();
    }
    EXPECT_GT(stores, 0);
}

TEST(FirstStores, AreInOurFormButForForeignLines)
{
    for (const auto& entry : fs::recursive_directory_iterator(kStores)) {
        if (entry.path().extension() != ".dat") {
            continue;
        }
        const std::string log = content(entry.path());
        const bool foreign = entry.path().parent_path().filename() == "foreign-lines";
        const auto first = parse_line(std::string_view(log).substr(0, log.find('\n')));
        ASSERT_TRUE(first);
        EXPECT_EQ(first->canonical, !foreign && !log.empty()) << entry.path();
    }
}

TEST(FirstStores, AcceptTheLinesThatTheFirstByteStoreAccepts)
{
    const auto lines = nlohmann::json::parse(content(kStores / "lines.json"));
    EXPECT_FALSE(lines.empty());
    for (const auto& line : lines) {
        const bool expected = line["first ByteStore"] == "accepts";
        EXPECT_EQ(accepted(line["line"].get<std::string>()), expected) << line["what"];
    }
}

}  // namespace
}  // namespace bytestore::format
