#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>

#include "fs/mapping.h"
#include "tests/mapping/words.h"

namespace bytestore::fs {
namespace {

using Pattern = testing::Matcher<const std::string&>;
using Type = ParsedName::Type;

constexpr bool kPlaces[] = {true, false};  // in the root, elsewhere

const std::string kAlias = "%key-" + kHash + "-";  // of no segment; a head follows

std::string shown(const std::string& text)
{
    return testing::PrintToString(text);
}

// The rule of one more '%', as the table of the manual has it.
std::string name_by_the_manual(const std::string& segment, bool in_root)
{
    static const Pattern everywhere = testing::MatchesRegex("%+(empty|dot|dotdot|value|key-[0-9a-f]{32}-.*)");
    static const Pattern only_in_root = testing::MatchesRegex("%*\\.control");
    static const std::map<std::string, std::string> words{{"", "%empty"}, {".", "%dot"}, {"..", "%dotdot"}};
    if (words.contains(segment)) {
        return words.at(segment);
    }
    std::string name = segment;
    std::ranges::replace(name, '/', ':');
    const bool escaped = everywhere.Matches(name) || (in_root && only_in_root.Matches(name));
    return (escaped ? "%" : "") + name;
}

bool is_file_name(const std::string& name)
{
    const bool hostile = name.find('/') != name.npos || name.find('\0') != name.npos;
    return !name.empty() && name.size() <= kMaxName && name != "." && name != ".." && !hostile && utf8::is_valid(name);
}

// Whether the name of `segment` is a name, and leads back to it and to nothing else.
bool leads_back(const std::string& segment, bool in_root)
{
    const std::string name = name_of_segment(segment, in_root);
    const Result<ParsedName> parsed = parse_name(name, in_root);
    if (!is_file_name(name) || !parsed) {
        return false;
    }
    if (parsed->type == Type::alias) {
        return segment.starts_with(parsed->segment) && alias_names(name, segment, in_root);
    }
    return parsed->type == Type::segment && parsed->segment == segment && !alias_names(name, segment, in_root);
}

// Whether what `name` says of itself is what shows it again.
bool shows_again(const std::string& name, bool in_root)
{
    const Result<ParsedName> parsed = parse_name(name, in_root);
    if (!parsed) {
        return true;
    }
    switch (parsed->type) {
        case Type::segment:
            return name_of_segment(parsed->segment, in_root) == name;
        case Type::value:
            return name == kValueName && !in_root;
        case Type::control:
            return name == kControlName && in_root;
        case Type::alias:
            return name.starts_with("%key-");
    }
    return false;
}

struct Row {
    std::string segment;
    std::string in_root;
    std::string elsewhere;
};

class NameOfSegment : public testing::Test {
protected:
    static Row same(const std::string& segment, const std::string& name) { return {segment, name, name}; }

    static void expect(const std::vector<Row>& rows)
    {
        for (const Row& row : rows) {
            SCOPED_TRACE(shown(row.segment));
            EXPECT_EQ(name_of_segment(row.segment, true), row.in_root);
            EXPECT_EQ(name_of_segment(row.segment, false), row.elsewhere);
            EXPECT_TRUE(leads_back(row.segment, true));
            EXPECT_TRUE(leads_back(row.segment, false));
        }
    }
};

TEST_F(NameOfSegment, IsTheSegmentWithSlashesAsColons)
{
    expect({same("a", "a"), same("12/30.log", "12:30.log"), same("//x", "::x"), same("/", ":"), same(" ", " "),
            same("é", "é"), same("...", "..."), same("a\nb", "a\nb")});
}

TEST_F(NameOfSegment, IsAWordWhereAFileNameCannotBeTheSegment)
{
    expect({same("", "%empty"), same(".", "%dot"), same("..", "%dotdot")});
}

TEST_F(NameOfSegment, GetsOneMorePercentWhereItReadsLikeAnother)
{
    for (const std::string body : {"empty", "dot", "dotdot", "value", "key-0123456789abcdef0123456789abcdef-",
                                   "key-0123456789abcdef0123456789abcdef-x\ny"}) {
        expect({same("%" + body, "%%" + body), same("%%" + body, "%%%" + body), same(body, body)});
    }
    expect({same("%key-" + kHash + "-a/b", "%%key-" + kHash + "-a:b")});
}

TEST_F(NameOfSegment, IsMovedOutOfTheWayOfControlInTheRootOnly)
{
    expect({{".control", "%.control", ".control"},
            {"%.control", "%%.control", "%.control"},
            {"%%.control", "%%%.control", "%%.control"},
            same(".controls", ".controls"),
            same("%.controls", "%.controls"),
            same("x.control", "x.control")});
}

TEST_F(NameOfSegment, LeavesEveryOtherPercentAlone)
{
    const std::string hash31 = kHash.substr(1);
    for (const std::string& plain : Words{"100%",
                                          "%20",
                                          "a%2Fb",
                                          "%foo",
                                          "%",
                                          "%%",
                                          "%emptyx",
                                          "x%empty",
                                          "%empty%",
                                          "%Empty",
                                          "%dotdotdot",
                                          "%values",
                                          "%key",
                                          "%key-",
                                          "%key-zz",
                                          "%key-" + kHash,
                                          "%key-" + hash31 + "-x",
                                          "%key-" + hash31 + "g-x",
                                          "%key-" + hash31 + "A-x",
                                          "%key-" + kHash + "0-x",
                                          "%key-" + kHash + "_x"}) {
        expect({same(plain, plain)});
    }
}

// The hashes are those of the reference implementation's canonical form.
TEST_F(NameOfSegment, IsAnAliasWithTheHashOfTheSegmentAndItsHead)
{
    const std::string t256(256, 't');
    const std::string n1200(1200, 'n');
    expect({same(t256, "%key-c841f93d0d96db0b81ddae26e083e3c3-" + t256.substr(0, 200)),
            same(n1200, "%key-c72ea02f7d9a495074545e4ffbba287e-" + n1200.substr(0, 200)),
            same(repeated("é", 128), "%key-0578a827eb71a43fa9e1c6e9b5b809a3-" + repeated("é", 100)),
            same("a/b" + kNul + "c", "%key-67c47ef29030cb61420d0c14a6ff460a-a:b"),
            same(kNul + "x", "%key-229e956e01252de000fb4e8d75bf03c0-"),
            same(kNul, "%key-a6cd5e9392000f6ac44bdff4074eecdb-")});
}

TEST_F(NameOfSegment, IsAnAliasFromTheFirstByteOverTheLimit)
{
    for (const std::string& segment : words_of_length(250, 260)) {
        const bool fits = segment.size() <= kMaxName;
        EXPECT_EQ(name_of_segment(segment, true) == segment, fits) << segment.size();
        EXPECT_EQ(name_of_segment(segment, false).starts_with("%key-"), !fits) << segment.size();
    }
}

TEST_F(NameOfSegment, CountsThePercentThatIsPutInFront)
{
    const std::string longest = kAlias + std::string(kMaxName - 1 - kAlias.size(), 'x');
    expect({same(longest, "%" + longest)});
    EXPECT_TRUE(alias_names(name_of_segment(longest + "x", false), longest + "x", false));
    EXPECT_NE(name_of_segment(longest + "x", false), longest + "x");
}

TEST_F(NameOfSegment, OfALongControlIsAnAliasInTheRootAndItselfElsewhere)
{
    const std::string segment = std::string(kMaxName - kControlName.size(), '%') + std::string(kControlName);
    const std::string alias = name_of_segment(segment, true);
    EXPECT_TRUE(alias_names(alias, segment, true));
    EXPECT_FALSE(alias_names(alias, segment, false));
    EXPECT_EQ(name_of_segment(segment, false), segment);
}

TEST_F(NameOfSegment, CutsTheHeadBetweenCharacters)
{
    for (const std::string& run : words_of_length(196, 204)) {
        const std::string segment = run + repeated("é", 100);
        const Result<ParsedName> parsed = parse_name(name_of_segment(segment, false), false);
        ASSERT_TRUE(parsed) << run.size();
        EXPECT_TRUE(leads_back(segment, false)) << run.size();
        EXPECT_GT(parsed->segment.size(), 196U);
        EXPECT_LE(parsed->segment.size(), 200U);
        EXPECT_TRUE(utf8::is_valid(parsed->segment));
    }
}

TEST_F(NameOfSegment, EndsTheHeadAtTheFirstNul)
{
    for (const std::string& run : words_of_length(190, 200)) {
        for (const std::string& tail : Words{kNul, kNul + "x", kNul + kNul, kNul + std::string(300, 'x')}) {
            const std::string name = name_of_segment(run + tail, false);
            EXPECT_TRUE(leads_back(run + tail, false)) << run.size();
            EXPECT_EQ(name.substr(kAlias.size()), run) << run.size();
        }
    }
}

TEST_F(NameOfSegment, IsWhatTheManualSaysOfAllShortWords)
{
    for (const std::string& segment : all_words(segment_pieces(), 4)) {
        for (const bool in_root : kPlaces) {
            const std::string name = name_of_segment(segment, in_root);
            if (segment.find('\0') == segment.npos) {
                ASSERT_EQ(name, name_by_the_manual(segment, in_root)) << shown(segment);
            } else {
                ASSERT_TRUE(alias_names(name, segment, in_root)) << shown(segment);
            }
        }
    }
}

TEST_F(NameOfSegment, LeadsBackFromAllShortWordsAndIsNeverShared)
{
    for (const bool in_root : kPlaces) {
        std::map<std::string, std::string> owners;
        for (const std::string& segment : all_words(segment_pieces(), 4)) {
            ASSERT_TRUE(leads_back(segment, in_root)) << shown(segment);
            const auto [owner, fresh] = owners.emplace(name_of_segment(segment, in_root), segment);
            ASSERT_TRUE(fresh) << shown(segment) << " and " << shown(owner->second);
        }
    }
}

RC_GTEST_PROP(NameOfAnySegment, LeadsBack, ())
{
    RC_ASSERT(leads_back(*any_segment(), *rc::gen::arbitrary<bool>()));
}

RC_GTEST_PROP(NameOfAnySegment, IsNotThatOfAnother, ())
{
    const auto [one, other] = *rc::gen::pair(any_segment(), any_segment());
    const bool in_root = *rc::gen::arbitrary<bool>();
    RC_ASSERT((one == other) == (name_of_segment(one, in_root) == name_of_segment(other, in_root)));
}

RC_GTEST_PROP(NameOfAnySegment, DiffersFromThatOfALongerOne, ())
{
    const std::string segment = *any_segment();
    const std::string tail = *rc::gen::elementOf(segment_pieces());
    const bool in_root = *rc::gen::arbitrary<bool>();
    RC_ASSERT(name_of_segment(segment, in_root) != name_of_segment(segment + tail, in_root));
    RC_ASSERT(name_of_segment(segment, in_root) != name_of_segment(tail + segment, in_root));
}

class ParseName : public testing::Test {
protected:
    static void expect(const std::string& name, bool in_root, Type type, const std::string& segment)
    {
        const Result<ParsedName> parsed = parse_name(name, in_root);
        ASSERT_TRUE(parsed) << shown(name);
        EXPECT_EQ(parsed->type, type) << shown(name);
        EXPECT_EQ(parsed->segment, segment) << shown(name);
    }

    static void expect_error(const std::string& name, bool in_root, Errc code)
    {
        const Result<ParsedName> parsed = parse_name(name, in_root);
        ASSERT_FALSE(parsed) << shown(name);
        EXPECT_EQ(parsed.error().code, code) << shown(name);
    }
};

TEST_F(ParseName, KnowsValueOutsideOfTheRoot)
{
    expect("%value", false, Type::value, "");
    expect_error("%value", true, Errc::invalid);
    expect("%%value", true, Type::segment, "%value");
}

TEST_F(ParseName, KnowsControlInTheRoot)
{
    expect(".control", true, Type::control, "");
    expect(".control", false, Type::segment, ".control");
    expect("%.control", true, Type::segment, ".control");
    expect("%.control", false, Type::segment, "%.control");
}

TEST_F(ParseName, TellsHowTheSegmentOfAnAliasStarts)
{
    for (const bool in_root : kPlaces) {
        expect(kAlias, in_root, Type::alias, kNul);
        expect(kAlias + "a:b", in_root, Type::alias, "a/b" + kNul);
        expect(kAlias + std::string(196, 'x'), in_root, Type::alias, std::string(196, 'x') + kNul);
        expect(kAlias + std::string(197, 'x'), in_root, Type::alias, std::string(197, 'x'));
        expect(kAlias + std::string(200, 'x'), in_root, Type::alias, std::string(200, 'x'));
        expect_error(kAlias + std::string(201, 'x'), in_root, Errc::invalid);
    }
}

TEST_F(ParseName, RefusesWhatIsNoFileName)
{
    for (const std::string& name : Words{"", ".", "..", "/", "a/b", kNul, "a" + kNul}) {
        expect_error(name, true, Errc::invalid);
        expect_error(name, false, Errc::invalid);
    }
}

TEST_F(ParseName, RefusesNamesOverTheLimit)
{
    for (const std::string& name : words_of_length(250, 260)) {
        if (name.size() > kMaxName) {
            expect_error(name, false, Errc::name_too_long);
        } else {
            expect(name, false, Type::segment, name);
        }
    }
}

TEST_F(ParseName, RefusesWhatIsNotUtf8)
{
    const Words bad{"\x80", "\xC3", "\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"};
    for (const std::string& bytes : bad) {
        for (const std::string& name : {bytes, "a" + bytes, bytes + "a", "%" + bytes, kAlias + bytes}) {
            expect_error(name, true, Errc::not_utf8);
            expect_error(name, false, Errc::not_utf8);
        }
    }
}

TEST_F(ParseName, AcceptsEveryCharacterOfUnicode)
{
    for (const std::string name :
         {"\xEF\xBF\xBF", "\xEF\xBF\xBE", "\xF4\x8F\xBF\xBF", "\xEF\xBB\xBF", "\x7F", "\x01"}) {
        expect(name, true, Type::segment, name);
    }
}

TEST_F(ParseName, ShowsAgainForAllShortWords)
{
    for (const std::string& name : all_words(name_pieces(), 4)) {
        ASSERT_TRUE(shows_again(name, true)) << shown(name);
        ASSERT_TRUE(shows_again(name, false)) << shown(name);
    }
}

// The few names that show nothing, so that `shows_again` does not pass by refusing.
TEST_F(ParseName, RefusesNoShortWordButTheListed)
{
    for (const std::string& name : all_words(name_pieces(), 4)) {
        for (const bool in_root : kPlaces) {
            const bool refused = name.empty() || name == "." || name == ".." || (in_root && name == kValueName);
            ASSERT_EQ(parse_name(name, in_root).has_value(), !refused) << shown(name);
        }
    }
}

RC_GTEST_PROP(AnyName, ShowsAgain, ())
{
    RC_ASSERT(shows_again(*any_name(), *rc::gen::arbitrary<bool>()));
}

RC_GTEST_PROP(AnyName, OfAnyBytesIsRefusedOrShowsAgain, ())
{
    const std::string bytes = *rc::gen::string<std::string>();
    RC_ASSERT(shows_again(bytes, *rc::gen::arbitrary<bool>()));
    RC_ASSERT(is_file_name(bytes) || !parse_name(bytes, false));
}

TEST(AliasNames, OnlyASegmentThatCannotBeShownOtherwise)
{
    for (const bool in_root : kPlaces) {
        EXPECT_FALSE(alias_names("%key-99aa06d3014798d86001c324468d497f-", "", in_root));
        EXPECT_TRUE(alias_names("%key-229e956e01252de000fb4e8d75bf03c0-", kNul + "x", in_root));
        EXPECT_FALSE(alias_names("%key-229e956e01252de000fb4e8d75bf03c0-x", kNul + "x", in_root));
        EXPECT_FALSE(alias_names("%key-229e956e01252de000fb4e8d75bf03c1-", kNul + "x", in_root));
        EXPECT_FALSE(alias_names("a", "a", in_root));
        EXPECT_FALSE(alias_names("%%value", "%value", in_root));
    }
}

}  // namespace
}  // namespace bytestore::fs
