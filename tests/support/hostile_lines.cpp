#include "tests/support/hostile_lines.h"

#include "engine/format/checksum.h"
#include "engine/format/record.h"

#include <fmt/format.h>

#include <stdexcept>

namespace bytestore::test {
namespace {

using namespace std::string_literals;

// Deep, and long, but not so that it is refused for its length.
constexpr std::size_t kMany = 1'000'000;

std::string repeated(std::string_view piece, std::size_t times)
{
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

std::string with(const std::string& field)
{
    return R"({"cmd":"Set","key":"k","value":"v",)" + field + "}";
}

std::string value(const std::string& text)
{
    return R"({"cmd":"Set","key":"k","value":")" + text + "\"}";
}

std::string checked(const std::string& line)
{
    auto body = line.substr(0, line.size() - 1);
    format::append_checksum(body, format::checksum_of(body));
    return body;
}

template <class Write>
std::string written(Write write)
{
    std::string text;
    const auto done = write([&text](std::string_view part) -> Status {
        text += part;
        return {};
    });
    if (!done) {
        throw std::runtime_error(done.error().message);
    }
    return text;
}

std::vector<HostileLine> nested()
{
    return {{"ABracketThatStaysOpen", [] { return "["s; }, "not JSON"},
            {"OpenBrackets", [] { return std::string(kMany, '['); }, "nested too deeply"},
            {"OpenBracketsInAField", [] { return with("\"x\":" + std::string(kMany, '[') + std::string(kMany, ']')); },
             "nested too deeply"},
            {"OpenBraces", [] { return repeated(R"({"a":)", kMany); }, "nested too deeply"},
            {"OpenBracketsWithAChecksum",
             [] { return checked(with("\"x\":" + std::string(kMany, '[') + std::string(kMany, ']'))); },
             "nested too deeply"}};
}

std::vector<HostileLine> numbers()
{
    return {{"AHugeNumber", [] { return with("\"x\":" + std::string(kMany, '9')); }, "number out of range"},
            {"AHugeExponent", [] { return with("\"x\":1e" + std::string(kMany, '9')); }, "number out of range"},
            {"AHugeTime", [] { return with("\"mtime\":-" + std::string(kMany, '9')); }, "number out of range"},
            {"ANumberThatIsNone", [] { return with("\"x\":" + std::string(kMany, '0')); }, "not JSON"}};
}

std::vector<HostileLine> characters()
{
    return {{"ALoneHighSurrogate", [] { return value(R"(\ud800)"); }, "not JSON"},
            {"ALoneLowSurrogate", [] { return value(R"(\udc00)"); }, "not JSON"},
            {"SurrogatesInTheWrongOrder", [] { return value(R"(\udc00\ud800)"); }, "not JSON"},
            {"ManyLoneSurrogates", [] { return value(repeated(R"(\ud800)", kMany)); }, "not JSON"},
            {"InvalidUtf8InAValue", [] { return value("\xff"); }, "not JSON"},
            {"InvalidUtf8InAKey", [] { return std::string("{\"cmd\":\"Delete\",\"key\":\"\x80\"}"); }, "not JSON"},
            {"AnOverlongCharacter", [] { return value("\xc0\x80"); }, "not JSON"},
            {"ASurrogateInUtf8", [] { return value("\xed\xa0\x80"); }, "not JSON"},
            {"ANul", [] { return value("a\0b"s); }, "control character"},
            {"ANulBehind", [] { return value("v") + '\0'; }, "control character"},
            {"Nuls", [] { return std::string(kMany, '\0'); }, "control character"},
            {"ARawControl", [] { return value("\x01"); }, "not JSON"},
            {"AByteOrderMark", [] { return "\xef\xbb\xbf" + value("v"); }, "byte order mark"},
            {"TabsThenGarbage", [] { return "[" + std::string(kMany, '\t') + "x"; }, "not JSON"},
            {"Garbage", [] { return std::string(kMany, 'x'); }, "not JSON"}};
}

std::vector<HostileLine> fields()
{
    return {
        {"CmdTwice", [] { return std::string(R"({"cmd":"Set","cmd":"Set","key":"k","value":"v"})"); },
         "duplicate field cmd"},
        {"KeyTwice", [] { return std::string(R"({"cmd":"Set","key":"k","key":"k","value":"v"})"); },
         "duplicate field key"},
        {"KeyManyTimes",
         [] { return std::string(R"({"cmd":"Set",)" + repeated(R"("key":"k",)", kMany / 10) + R"("value":"v"})"); },
         "duplicate field key"},
        {"ValueTwice", [] { return std::string(R"({"cmd":"Set","key":"k","value":"v","value":"v"})"); },
         "duplicate field value"},
        {"NoKey", [] { return std::string(R"({"cmd":"Set","value":"v"})"); }, "missing field key"},
        {"AKeyThatIsAnArray", [] { return std::string(R"({"cmd":"Set","key":["k"],"value":"v"})"); },
         "field key is not a string"},
        {"AnUnknownCommand", [] { return std::string(R"({"cmd":")" + std::string(kMany, 'x') + R"(","key":"k"})"); },
         "unknown cmd xxxx"},
        {"AnArrayThatIsTooLong", [] { return std::string(R"(["Set","k","v",1])"); }, "too many elements"},
        {"TwoRecords", [] { return value("v") + value("v"); }, "not JSON"},
        {"AnUnendedString", [] { return R"({"cmd":"Set","key":"k","value":")" + std::string(kMany, 'x'); }, "not JSON"},
        {"AWrongChecksum", [] { return with(R"("c":"0123456789abcdef")"); }, "checksum mismatch"}};
}

std::vector<HostileLine> company()
{
    const auto marked = [](const std::string& mark) { return checked(with(R"("b":")" + mark + '"')); };
    return {
        {"ABatchOfFourBillion", [=] { return marked("1/4294967295"); }, "an incomplete batch", true},
        {"TheEndOfABatchOfFourBillion", [=] { return marked("4294967295/4294967295"); }, "in the place of record 1",
         true},
        {"ASealOfMore",
         [] {
             return checked(
                 R"({"cmd":"Delete","key":"\u0000bytestore","seal":18446744073709551615,"size":18446744073709551615})");
         },
         "the seal does not fit", true}};
}

}  // namespace

std::vector<HostileLine> hostile_lines()
{
    std::vector<HostileLine> lines;
    for (const auto& kind : {nested(), numbers(), characters(), fields(), company()}) {
        lines.insert(lines.end(), kind.begin(), kind.end());
    }
    return lines;
}

std::string header_line(std::uint64_t number)
{
    const auto prev = number == 0 ? std::nullopt : std::optional(number - 1);
    return written([&](const format::Output& out) {
        return format::write_header(out,
                                    {.need = {}, .id = fmt::format("{:016x}", number), .from = number, .prev = prev});
    });
}

std::string good_line(const std::string& key, std::uint64_t synced_to)
{
    format::Fields fields;
    fields.mtime = 1;
    fields.synced_to = synced_to == 0 ? std::nullopt : std::optional(synced_to);
    return written([&](const format::Output& out) { return format::write_set(out, key, Kind::bytes, "v", fields); });
}

std::string seal_line(std::uint64_t records, std::uint64_t size)
{
    return written(
        [&](const format::Output& out) { return format::write_seal(out, {.records = records, .size = size}); });
}

}  // namespace bytestore::test
