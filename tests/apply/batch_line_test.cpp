#include "fs/apply/batch_line.h"

#include <gtest/gtest.h>

#include "tests/support/code_of.h"

#include <string>

namespace bytestore::test {
namespace {

constexpr std::uint64_t kMost = 1000;

TEST(BatchLineTest, a_number_in_range_is_taken_whatever_white_space_stands_around)
{
    for (const std::string number : {"1", "2", "999", "1000"}) {
        for (const std::string white : {"", " ", "\t", " \r", "  \t "}) {
            std::string line;
            for (const std::string& token : {std::string("{"), std::string("\"batch\""), std::string(":"), number,
                                             std::string("}"), std::string()}) {
                line.append(white).append(token);
            }
            const auto count = fs::parse_batch_line(line, kMost);
            ASSERT_TRUE(count && *count) << line;
            EXPECT_EQ(**count, std::stoull(number));
        }
    }
}

TEST(BatchLineTest, what_is_meant_as_one_and_is_not_right_is_refused)
{
    for (const std::string rest : {"",
                                   ":",
                                   ":}",
                                   ":1",
                                   ":0}",
                                   ":1001}",
                                   ":-1}",
                                   ":+1}",
                                   ":01}",
                                   ":1.0}",
                                   ":1e2}",
                                   ":\"1\"}",
                                   ":null}",
                                   ":1 2}",
                                   ":18446744073709551616}",
                                   ":99999999999999999999999}",
                                   ":1}}",
                                   ":1},",
                                   ":1,\"batch\":2}",
                                   ":1,\"cmd\":\"Set\"}",
                                   ":[1]}",
                                   "1}",
                                   " 1}"}) {
        EXPECT_EQ(code_of(fs::parse_batch_line("{\"batch\"" + rest, kMost)), Errc::invalid) << rest;
    }
}

TEST(BatchLineTest, any_other_line_is_left_to_the_parser_of_records)
{
    for (const std::string line : {"", " ", "{", "{}", "{\"batches\":1}", "{batch:1}", "[\"batch\",1]", "batch",
                                   R"({"cmd":"Set","key":"batch","value":"{\"batch\":1}"})", R"({"n":1,"batch":1})"}) {
        const auto count = fs::parse_batch_line(line, kMost);
        EXPECT_TRUE(count && !*count) << line;
    }
}

}  // namespace
}  // namespace bytestore::test
