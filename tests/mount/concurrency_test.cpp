// Many processes at once: nothing is torn, and listings miss nothing that stays.
#include "tests/mount/mount_test.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace bytestore::test {
namespace {

class ConcurrencyTest : public MountTest {
protected:
    std::unique_ptr<Child> background(const std::string& script) const
    {
        return std::make_unique<Child>(std::vector<std::string>{"python3", "-c", script},
                                       ChildSettings{.directory = root()});
    }
};

TEST_F(ConcurrencyTest, AListingTellsEveryEntryThatStaysOnce)
{
    ok("mkdir d; cd d; python3 -c 'for i in range(10000): open(f\"stays{i}\", \"w\").close()'");
    const auto churn = background(
        "import os\n"
        "for i in range(10**9):\n"
        "    open(f'd/moves{i}', 'w').close()\n"
        "    if i > 50: os.unlink(f'd/moves{i - 50}')\n");
    ok("until ls d | grep -q moves; do sleep 0.01; done");
    for (int round = 0; round < 10; ++round) {
        std::map<std::string, int> seen;
        for (const auto& entry : std::filesystem::directory_iterator(root() + "/d")) {
            ++seen[entry.path().filename()];
        }
        const auto stays =
            std::ranges::count_if(seen, [](const auto& entry) { return entry.first.starts_with("stays"); });
        EXPECT_EQ(stays, 10000);
        EXPECT_TRUE(std::ranges::all_of(seen, [](const auto& entry) { return entry.second == 1; }));
    }
}

TEST_F(ConcurrencyTest, RemovingATreeWhileItIsListedRemovesAllOfIt)
{
    ok("mkdir d; python3 -c 'for i in range(3000): open(f\"d/{i}\", \"w\").close()'");
    ok("(while ls d; do :; done > /dev/null 2>&1) & rm -r d; wait; [ ! -e d ]");
}

// Writers replace values of one letter, at sizes of their own; a reader must never see two letters in one.
TEST_F(ConcurrencyTest, ReplacedValuesAreNeverTorn)
{
    const std::string writer =
        "import os, time\n"
        "end = time.time() + 3\n"
        "while time.time() < end:\n"
        "    for name in ('shared', f'own{LETTER}'):\n"
        "        with open(f'{name}.{LETTER}', 'w') as f: f.write(LETTER * (ord(LETTER) * 777))\n"
        "        os.rename(f'{name}.{LETTER}', name)\n"
        "        text = open('shared').read()\n"
        "        assert text == text[0] * (ord(text[0]) * 777), 'torn'\n";
    std::vector<std::unique_ptr<Child>> writers;
    for (const char letter : std::string("abcd")) {
        writers.push_back(background("LETTER = '" + std::string(1, letter) + "'\n" + writer));
    }
    for (const auto& child : writers) {
        EXPECT_EQ(child->wait(std::chrono::seconds(60)), 0);
    }
    EXPECT_EQ(ok("ls"), "owna\nownb\nownc\nownd\nshared\n");
}

TEST_F(ConcurrencyTest, AppendsOfManyProcessesAreAllThereAndWhole)
{
    const auto* const count = "wc -l < log; sort -u log | grep -c '^[1-8] [0-9]*$'; cat own? | wc -l";
    ok("for w in 1 2 3 4 5 6 7 8; do (for i in {1..100}; do echo $w $i >> log; echo $i >> own$w; done) & done; wait");
    EXPECT_EQ(ok(count), "800\n800\n800\n");
    remount();
    EXPECT_EQ(ok(count), "800\n800\n800\n");
}

TEST_F(ConcurrencyTest, CompactionGoesOnBesideWriters)
{
    ok("for w in 1 2 3; do (for i in {1..150}; do echo $w $i > k$w; done) & done\n"
       "for i in {1..10}; do echo 1 > .control/compact; done; wait");
    EXPECT_EQ(ok("cat k1 k2 k3"), "1 150\n2 150\n3 150\n");
    remount();
    EXPECT_EQ(ok("cat k1 k2 k3"), "1 150\n2 150\n3 150\n");
}

}  // namespace
}  // namespace bytestore::test
