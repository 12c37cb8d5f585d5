// What a crash leaves half written at the end of the log is cut off, kept aside, and nothing before it is lost.
#include "tests/support/store_test.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace bytestore::test {
namespace {

// A log, and what it says where it is whole.
struct Log {
    std::string bytes;
    std::map<std::size_t, Map> marks;  // what the first so many bytes say

    // The same without the newline is as good.
    std::pair<std::size_t, Map> good_part(std::size_t cut) const
    {
        auto mark = marks.upper_bound(cut);
        if (mark != marks.end() && mark->first == cut + 1) {
            return {cut, mark->second};
        }
        return *std::prev(mark);
    }
};

class TornTailTest : public StoreTest {
protected:
    Log our_log()
    {
        Log log{.bytes = {}, .marks = {{0, {}}}};
        Map map;
        Workload work(7, {.keys = 4, .largest_batch = 3, .largest_value = 12});
        const auto store = open();
        for (int i = 0; i < 8; ++i) {
            const auto batch = work.batch(map);
            map = applied(batch, map);
            EXPECT_TRUE(store->apply(batch));
            log.bytes = read_file(segment(0));
            if (log.marks.size() == 1) {
                log.marks[line_starts(log.bytes).at(1)] = {};  // the header alone
            }
            log.marks[log.bytes.size()] = map;
        }
        return log;
    }

    static Log first_log(const std::string& bytes)
    {
        Log log{.bytes = bytes, .marks = {{0, {}}}};
        Map map;
        const auto starts = line_starts(bytes);
        for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
            const auto line = nlohmann::json::parse(bytes.substr(starts[i], starts[i + 1] - starts[i]));
            if (line["cmd"] == "Set") {
                map[line["key"]] = line["value"];
            } else {
                map.erase(line["key"]);
            }
            log.marks[starts[i + 1]] = map;
        }
        return log;
    }

    std::vector<std::string> copies_aside() const
    {
        std::vector<std::string> copies;
        for (const auto& [name, bytes] : files_in(path())) {
            if (name.find(".dat.torn-") != std::string::npos) {
                copies.push_back(bytes);
            }
        }
        return copies;
    }

    // Opens what was planted: it must hold `content` and end at `good`, the rest of `bytes` kept aside, and take
    // writes.
    void expect_recovered(const std::string& bytes, std::size_t good, Map content)
    {
        const auto before = files_in(path());
        expect_content(*read(), content);
        EXPECT_EQ(files_in(path()), before);
        {
            const auto store = open();
            expect_content(*store, content);
            EXPECT_EQ(read_file(segment(0)), bytes.substr(0, good));
            set(*store, "later", "1");
        }
        content["later"] = "1";
        const auto kept = good == bytes.size() ? std::vector<std::string>{} : std::vector{bytes.substr(good)};
        EXPECT_EQ(copies_aside(), kept);
        expect_content(*open(), content);
    }

    void expect_every_cut_recovered(const Log& log)
    {
        for (std::size_t cut = 0; cut <= log.bytes.size(); ++cut) {
            SCOPED_TRACE(cut);
            const auto bytes = log.bytes.substr(0, cut);
            const auto [good, content] = log.good_part(cut);
            plant(bytes);
            expect_recovered(bytes, good, content);
            if (HasFailure()) {
                return;
            }
        }
    }

    void expect_every_end_recovered(const Log& log)
    {
        const auto half_line = log.bytes.substr(log.bytes.rfind('\n', log.bytes.size() - 2) + 1, 20);
        for (const auto& end :
             {std::string("x"), std::string("\n\n{"), std::string(5000, '\0'), std::string("\xff\xfe\n"), half_line,
              half_line + "\n" + half_line, std::string(3, '\n') + "]\n"}) {
            SCOPED_TRACE(end.substr(0, 10));
            const auto blank = std::min(end.find_first_not_of('\n'), end.size());
            plant(log.bytes + end);
            expect_recovered(log.bytes + end, log.bytes.size() + blank, log.marks.rbegin()->second);
        }
    }
};

TEST_F(TornTailTest, EveryCutOfOurLogLeavesTheCommitsBeforeIt)
{
    expect_every_cut_recovered(our_log());
}

TEST_F(TornTailTest, EveryCutOfALogOfTheFirstByteStoreLeavesTheRecordsBeforeIt)
{
    for (const auto* store : {"basic", "escapes"}) {
        expect_every_cut_recovered(first_log(read_file(segment_path(Path(TEST_DATA) / "first-stores" / store, 0))));
    }
}

TEST_F(TornTailTest, GarbageBehindOurLogIsCutOff)
{
    expect_every_end_recovered(our_log());
}

TEST_F(TornTailTest, GarbageBehindALogOfTheFirstByteStoreIsCutOff)
{
    const auto path = segment_path(Path(TEST_DATA) / "first-stores" / "basic", 0);
    expect_every_end_recovered(first_log(read_file(path)));
}

TEST_F(TornTailTest, SaysWhatItCutAndWhere)
{
    const auto log = our_log();
    plant(log.bytes + "{\"cmd\"");
    open();
    EXPECT_TRUE(said("a torn tail of 6 bytes at offset " + std::to_string(log.bytes.size())));
}

TEST_F(TornTailTest, ACopyIsNeverOverwritten)
{
    plant("{\"cmd\":\"Set\",\"key\":\"a\",\"value\":\"1\"}\n");
    for (std::size_t i = 1; i <= 3; ++i) {
        append_file(segment(0), std::string(i, '{'));
        open();
        EXPECT_EQ(copies_aside().size(), i);
    }
}

TEST_F(TornTailTest, AHoleInThePlaceOfTheFirstLineIsCutOff)
{
    for (const std::size_t size : {1U, 7U, 5000U}) {
        const std::string hole(size, '\0');
        plant(hole);
        expect_recovered(hole, 0, {});
    }
}

TEST_F(TornTailTest, AnotherKindOfFileUnderASegmentsNameIsRefused)
{
    for (const std::string text : {"x", "2026-11-23 12:00 started\n", "{\"command\":1}\n\n",
                                   "\x7f"
                                   "ELF\0\0",
                                   " {\"cmd\":\"S"}) {
        plant(text);
        expect_refused(Errc::damaged, {"log-00000000000000000000.dat", "offset 0", "not one line of it is a record"});
        EXPECT_EQ(read_file(segment(0)), text);
    }
}

TEST_F(TornTailTest, GarbageLongerThanAnyBufferIsCutOff)
{
    const auto log = our_log();
    for (const auto& end :
         {std::string(9U << 20, '\0'), std::string(5U << 20, 'x') + '\n' + std::string(4U << 20, 'y')}) {
        plant(log.bytes + end);
        expect_recovered(log.bytes + end, log.bytes.size(), log.marks.rbegin()->second);
    }
}

}  // namespace
}  // namespace bytestore::test
