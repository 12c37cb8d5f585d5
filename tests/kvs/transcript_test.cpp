// The first ByteStore's own answers, command by command. On purpose ours differs for the empty key, which it refuses to
// set.
#include "tests/kvs/kvs_fixture.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <regex>

namespace bytestore::tools {
namespace {

using Json = nlohmann::json;

class TranscriptTest : public KvsTest {
protected:
    // What the transcript says, with this store's directory, and the size of our files, whose records say more.
    std::string expected_out(const Json& step) const
    {
        std::string text = step["stdout"];
        if (const auto at = text.find("DIR"); at != std::string::npos) {
            text.replace(at, 3, store().string());
        }
        return std::regex_replace(text, std::regex("[0-9]+ bytes"), std::to_string(log_bytes()) + " bytes");
    }

    std::uint64_t log_bytes() const
    {
        std::uint64_t sum = 0;
        std::error_code missing;
        for (const auto& entry : std::filesystem::directory_iterator(store(), missing)) {
            sum += entry.path().filename().string().starts_with("log-") ? entry.file_size() : 0;
        }
        return sum;
    }

    static bool names_the_empty_key(const Args& args)
    {
        return args.size() > 1 && args[0] != "scan" && args[1].empty();
    }
};

// With the store to itself, and beside a daemon.
class EveryCommandTest : public TranscriptTest, public testing::WithParamInterface<bool> {};

TEST_P(EveryCommandTest, answers_as_the_first_did)
{
    const Json steps = Json::parse(read_file(TEST_DATA "/first-stores/transcript.json"));
    ASSERT_GT(steps.size(), 15U);
    std::optional<ServedStore> daemon;
    if (GetParam()) {
        daemon.emplace(store());
    }
    for (const Json& step : steps) {
        const Args args = step["args"];
        if (!names_the_empty_key(args)) {
            const Outcome run = kvs(args);
            EXPECT_EQ(run, (Outcome{step["exit"], expected_out(step), step["stderr"]})) << step;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Transcript, EveryCommandTest, testing::Bool());

TEST_F(TranscriptTest, the_empty_key_cannot_be_set)
{
    EXPECT_EQ(kvs({"set", "", "x"}), (Outcome{1, "", "kvs: the key is empty\n"}));
    EXPECT_EQ(kvs({"get", ""}), not_found(""));
    EXPECT_EQ(kvs({"delete", ""}), not_found(""));
}

TEST_F(TranscriptTest, the_empty_key_of_an_old_log_is_a_key)
{
    std::filesystem::create_directory(store());
    write_file(store() / "log-00000000000000000000.dat", "{\"cmd\":\"Set\",\"key\":\"\",\"value\":\"\"}\n");
    EXPECT_EQ(kvs({"get", ""}), prints("\n"));
    EXPECT_EQ(kvs({"delete", ""}), prints("Deleted: \n"));
    EXPECT_EQ(kvs({"scan"}), prints("(empty store)\n"));
}

}  // namespace
}  // namespace bytestore::tools
