// Values that cannot be read.
#include "tests/kvs/kvs_fixture.h"

#include <functional>
#include <ostream>
#include <sstream>
#include <utility>

namespace bytestore::tools {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class DamageTest : public KvsTest {
protected:
    DamageTest()
    {
        EXPECT_EQ(kvs({"set", "a", "first value"}).exit, 0);
        EXPECT_EQ(kvs({"set", "b", "second value"}).exit, 0);
    }

    const std::string kRule = "--------------------------------------------------\n";
};

// Standard output that does something when the first text reaches it: then the store is open.
class Hooked : public std::stringbuf {
public:
    explicit Hooked(std::function<void()> hook)
        : hook_(std::move(hook))
    {
    }

protected:
    std::streamsize xsputn(const char* text, std::streamsize size) override
    {
        if (hook_) {
            std::exchange(hook_, nullptr)();
        }
        return std::stringbuf::xsputn(text, size);
    }

private:
    std::function<void()> hook_;
};

TEST_F(DamageTest, a_damaged_log_is_named_and_exit_1)
{
    damage("first value");
    for (const Args& args : {Args{"get", "a"}, Args{"scan"}, Args{"stats"}, Args{"set", "c", "d"}, Args{"compact"}}) {
        const Outcome run = kvs(args);
        EXPECT_EQ(run.exit, 1) << args[0];
        EXPECT_THAT(run.err,
                    StartsWith("kvs: " + store().string() + ": log-00000000000000000000.dat is damaged at offset "))
            << args[0];
        EXPECT_THAT(run.err,
                    HasSubstr("; keep a copy of the data directory; kvs verify shows all of it, and kvs repair saves"))
            << args[0];
    }
}

TEST_F(DamageTest, a_scan_goes_on_behind_a_value_that_breaks_meanwhile)
{
    Hooked buffer([this] { damage("first value"); });
    std::ostream out(&buffer);
    const Outcome run = kvs_to(out, {"scan"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err,
                StartsWith("kvs: cannot read the value of a: log-00000000000000000000.dat is damaged at offset "));
    EXPECT_EQ(buffer.str(), "2 result(s):\n" + kRule + "  a" + std::string(29, ' ') + " = <error reading value>\n" +
                                "  b" + std::string(29, ' ') + " = second value\n" + kRule);
}

TEST_F(DamageTest, a_json_scan_leaves_out_a_value_that_breaks_meanwhile)
{
    Hooked buffer([this] { damage("second value"); });
    std::ostream out(&buffer);
    const Outcome run = kvs_to(out, {"scan", "--json"});
    EXPECT_EQ(run.exit, 1);
    EXPECT_THAT(run.err, StartsWith("kvs: cannot read the value of b: "));
    EXPECT_EQ(buffer.str(), "{\"key\":\"a\",\"value\":\"first value\"}\n");
}

}  // namespace
}  // namespace bytestore::tools
