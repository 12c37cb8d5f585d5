// Every key has one path and every path one key, also for keys that no file could be named after.
#include "tests/mount/mount_test.h"
#include "tests/support/files.h"

#include "engine/store.h"
#include "fs/mapping.h"

#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string_view>

namespace bytestore::test {
namespace {

using Values = std::map<std::string, std::string>;

// Path below `root` and content of every file, as a walk finds them.
Values walk(const std::string& root)
{
    Values found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_directory()) {
            found[entry.path().lexically_relative(root)] = read_file(entry.path());
        }
    }
    return found;
}

Values stored(const std::string& data)
{
    Values values;
    Options options;
    options.read_only = true;
    const auto store = Store::open(data, options);
    EXPECT_TRUE(store) << store.error().message;
    for (const auto& item : (*store)->list({})) {
        if (!fs::is_marker(item.name)) {
            values[item.name] = (*store)->get(item.name).value();
        }
    }
    return values;
}

// What the mapping says of `values`.
Values paths_of(const Values& values)
{
    const auto has_children = [&](std::string_view key) {
        const auto prefix = fs::child_prefix(key);
        const auto below = values.lower_bound(prefix);
        return below != values.end() && below->first.starts_with(prefix);
    };
    Values paths;
    for (const auto& [key, value] : values) {
        paths[fs::path_of_key(key, has_children)] = value;
    }
    return paths;
}

class KeysTest : public StoreOnDisk {
protected:
    void set(const Values& values) const
    {
        const auto store = Store::open(data(), {});
        ASSERT_TRUE(store) << store.error().message;
        for (const auto& [key, value] : values) {
            ASSERT_TRUE((*store)->set(key, value, {}));
        }
        ASSERT_TRUE((*store)->close());
    }
    // `lines` becomes the log, as an older ByteStore would have left it.
    void write_log(const std::string& lines) const
    {
        std::filesystem::create_directory(data());
        write_file(data() + "/log-00000000000000000000.dat", lines);
    }
    void copy_store(const std::string& name) const
    {
        std::filesystem::copy(std::string(TEST_DATA) + "/first-stores/" + name, data());
    }
};

TEST_F(KeysTest, AKeyThatIsAlsoADirectoryIsItsValue)
{
    write_log("{\"cmd\":\"Set\",\"key\":\"a\",\"value\":\"1\"}\n{\"cmd\":\"Set\",\"key\":\"a:b\",\"value\":\"2\"}\n");
    start();
    EXPECT_EQ(ok("ls a; cat a/%value a/b"), "%value\nb\n12");
    ok("printf 3 > a/%value");
    EXPECT_EQ(ok("kvs --dir $DATA get --raw a"), "3");
    ok("rm a/b");
    EXPECT_EQ(ok("cat a/%value"), "3") << "the directory stays until it is removed";
    ok("rm a/%value; rmdir a");
    EXPECT_EQ(ok("ls -A"), "");
    unmount();
    EXPECT_EQ(stored(data()), Values{});
}

TEST_F(KeysTest, ColonAndSlashAreSwapped)
{
    start();
    ok("mkdir -p url/http; echo 1 > url/http/::x; echo 2 > 12:30.log");
    unmount();
    EXPECT_EQ(stored(data()), (Values{{"12/30.log", "2\n"}, {"url:http://x", "1\n"}}));
}

TEST_F(KeysTest, OfTheFirstByteStoreAreAllWhereKvsPathSays)
{
    copy_store("odd-keys");
    start();
    const auto keys = nlohmann::json::parse(std::ifstream(TEST_DATA "/first-stores/odd-keys.json")).at("keys");
    Values expected;
    for (const auto& [key, value] : keys.items()) {
        if (fs::is_marker(key)) {
            continue;
        }
        const auto path = run({KVS, "--dir", data(), "path", key});
        EXPECT_EQ(path.status, key.find('\0') == std::string::npos ? 0 : path.status) << key << path.err;
        expected[path.out.substr(0, path.out.size() - 1)] = value;
    }
    EXPECT_EQ(walk(root()), expected);
}

TEST_F(KeysTest, OfEveryOlderStoreAreFoundByAWalk)
{
    for (const char* name : {"basic", "compacted", "escapes", "foreign-lines", "no-last-newline", "torn-tail",
                             "twice-compacted", "interrupted-compaction"}) {
        std::filesystem::remove_all(data());
        copy_store(name);
        const Values values =
            nlohmann::json::parse(std::ifstream(std::string(TEST_DATA) + "/first-stores/" + name + ".json")).at("keys");
        start();
        EXPECT_EQ(walk(root()), paths_of(values)) << name;
        unmount();
    }
}

class HostileKeys {
public:
    explicit HostileKeys(unsigned seed)
        : random_(seed)
    {
    }

    Values values(std::size_t count)
    {
        Values values;
        while (values.size() < count) {
            std::string key = segment();
            for (auto more = below(4); more > 0; --more) {
                key += ":" + segment();
            }
            if (!key.empty() && !fs::has_reserved_segment(key)) {
                values[key] = "value " + std::to_string(values.size());
            }
        }
        return values;
    }

private:
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

    std::string segment()
    {
        static constexpr auto kPieces = std::to_array<std::string_view>(
            {"",     ".",        "..",       "%",     "%%", "%value", "%empty", "%dot", "%dotdot", "%.control",
             "user", ".control", "%control", "%key-", "a",  "user-1", "user1",  "/",    "//",      "\n",
             "\\",   "\"",       "ü",        " ",     "\t", "x\x01",  "*",      "-rf",  "\x7f",    "\xf0\x9f\x98\x80"});
        std::string all;
        for (auto pieces = below(4); pieces > 0; --pieces) {
            all += kPieces[below(kPieces.size())];
        }
        switch (below(20)) {
            case 0:
                return all + std::string(200 + below(400), 'w');
            case 1:
                return all + std::string("y\0z", 3);  // U+0000 in front would be reserved
            case 2:
                return "%key-" + std::string(32, "0a"[below(2)]) + "-" + all;
            default:
                return all;
        }
    }

    std::mt19937 random_;
};

class HostileKeysTest : public KeysTest, public testing::WithParamInterface<unsigned> {};

TEST_P(HostileKeysTest, HaveOnePathEachAndCanBeRewrittenThroughIt)
{
    const auto values = HostileKeys(GetParam()).values(500);
    set(values);
    start();
    const auto found = walk(root());
    EXPECT_EQ(found, paths_of(values));
    for (const auto& [path, value] : found) {
        write_file(root() + "/" + path, "new " + value);
    }
    EXPECT_EQ(walk(root()).size(), values.size());
    unmount();
    Values expected;
    for (const auto& [key, value] : values) {
        expected[key] = "new " + value;
    }
    EXPECT_EQ(stored(data()), expected);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileKeysTest, testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace bytestore::test
