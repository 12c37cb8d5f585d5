// make and the compiler work in a mount, and times that decide what is rebuilt are kept.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

using testing::HasSubstr;

class BuildTest : public MountTest {
protected:
    // A program of three files and a header, with what the compiler says of dependencies.
    void make_program() const
    {
        ok("mkdir project; cd project; mkdir obj\n"
           "printf 'int a(void);\\nint b(void);\\n' > ab.h\n"
           "printf '#include \"ab.h\"\\nint a(void) { return 40; }\\n' > a.c; printf 'int b(void) { return 2; }\\n' > "
           "b.c\n"
           "printf '#include <stdio.h>\\n#include \"ab.h\"\\nint main(void) { printf(\"%%d\\\\n\", a() + b()); return "
           "0; }\\n' > "
           "main.c\n"
           "printf 'objects = obj/main.o obj/a.o obj/b.o\\nprogram: $(objects)\\n\\t$(CC) -o $@ $(objects)\\nobj/%%.o: "
           "%%.c\\n\\t$(CC) -MMD -c -o $@ $<\\n-include $(objects:.o=.d)\\n' > Makefile");
        ok("cd project; make -j2");
    }
    std::string make() const { return ok("make -C project --no-print-directory"); }
};

TEST_F(BuildTest, ProgramsAreCompiledArchivedAndRun)
{
    make_program();
    EXPECT_EQ(ok("project/program"), "42\n");
    ok("cd project; ar rcs lib.a obj/a.o obj/b.o; cc -o static obj/main.o lib.a; strip static; cc -shared -fPIC -o "
       "libab.so a.c "
       "b.c; cc -o dynamic main.c ./libab.so");
    compact_and_remount();
    EXPECT_EQ(ok("cd project; ./program; ./static; ./dynamic"), "42\n42\n42\n");
}

TEST_F(BuildTest, NothingIsRebuiltAfterCompactionAndRemount)
{
    make_program();
    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(make(), HasSubstr("is up to date"));
        compact_and_remount();
    }
    ok("cp -a project copy; mv copy moved; cp -a project $TMP/project");
    EXPECT_THAT(ok("make -C moved; make -C $TMP/project"), HasSubstr("is up to date"));
}

TEST_F(BuildTest, OnlyWhatChangedIsRebuilt)
{
    make_program();
    compact_and_remount();
    ok("cd project; touch ab.h");
    const auto rebuilt = make();
    EXPECT_THAT(rebuilt, HasSubstr("main.c"));
    EXPECT_THAT(rebuilt, HasSubstr("a.c"));
    EXPECT_THAT(rebuilt, testing::Not(HasSubstr("b.c")));
    EXPECT_THAT(make(), HasSubstr("is up to date"));
    ok("cd project; echo '// more' >> b.c");
    EXPECT_THAT(make(), testing::AllOf(HasSubstr("b.c"), testing::Not(HasSubstr("main.c"))));
    EXPECT_EQ(ok("project/program"), "42\n");
}

TEST_F(BuildTest, ARunningProgramCanBeReplacedAndARemovedOneGoesOn)
{
    ok("cp $(command -v sleep) program; ./program 1 & until [ $(readlink /proc/$!/exe) = $PWD/program ]; do :; done; "
       "cp $(command "
       "-v true) new; mv new program; ./program; rm program; wait $!");
}

TEST_F(BuildTest, ARunningProgramIsNotWrittenTo)
{
    fails(
        "cp $(command -v sleep) busy; ./busy 600 & until [ $(readlink /proc/$!/exe) = $PWD/busy ]; do :; done; echo x "
        "> busy; "
        "status=$?; kill $!; wait $!; exit $status",
        "Text file busy");
}

TEST_F(BuildTest, InstallPutsFilesInPlace)
{
    make_program();
    for (int round = 0; round < 2; ++round) {
        ok("install -d -m 750 usr/bin; install -m 711 -s project/program usr/bin/p; install -D -p -m 444 project/ab.h "
           "usr/include/x/ab.h; install -b -S .old project/a.c usr/a.c");
    }
    ok("install -C project/b.c b.c; install -C project/b.c b.c");
    compact_and_remount();
    EXPECT_EQ(ok("usr/bin/p; stat -c '%a %n' usr/bin usr/bin/p usr/include/x/ab.h usr/a.c usr/a.c.old"),
              "42\n750 usr/bin\n711 usr/bin/p\n444 usr/include/x/ab.h\n755 usr/a.c\n755 usr/a.c.old\n");
    EXPECT_EQ(ok("stat -c %y usr/include/x/ab.h"), ok("stat -c %y project/ab.h"));
}

}  // namespace
}  // namespace bytestore::test
