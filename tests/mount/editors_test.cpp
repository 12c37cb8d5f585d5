// Whatever edits a file in place finds what it needs, keeps its mode, and leaves nothing else behind.
#include "tests/mount/mount_test.h"

namespace bytestore::test {
namespace {

struct Editor {
    const char* name;
    const char* command;  // makes `two` of `one` in the file f
};

class EditorTest : public MountTest, public testing::WithParamInterface<Editor> {};

TEST_P(EditorTest, ChangesAFileInPlace)
{
    ok("mkdir d; cd d; printf 'one\\nrest\\n' > f; chmod 640 f");
    ok(std::string("cd d; ") + GetParam().command);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(ok("cd d; cat f; stat -c %a f; ls -A"), "two\nrest\n640\nf\n");
        compact_and_remount();
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, EditorTest,
    testing::Values(
        Editor{"Sed", "sed -i s/one/two/ f"},
        Editor{"SedWithABackup", "sed -i.bak s/one/two/ f; grep -q one f.bak; rm f.bak"},
        Editor{"Perl", "perl -pi -e s/one/two/ f"},
        Editor{"PerlWithABackup", "perl -pi.bak -e s/one/two/ f; grep -q one f.bak; rm f.bak"},
        Editor{"Vim", "vim -u NONE -es -c %s/one/two/ -c wq f"},
        Editor{"VimByCopy", "vim -u NONE -es -c 'set backupcopy=yes' -c %s/one/two/ -c wq f"},
        Editor{"VimByRename", "vim -u NONE -es -c 'set backupcopy=no' -c %s/one/two/ -c wq f"},
        Editor{"VimWithSync", "vim -u NONE -es -c 'set fsync swapsync=fsync' -c %s/one/two/ -c wq f"},
        Editor{"VimWithABackup",
               "vim -u NONE -es -c 'set backup backupskip=' -c %s/one/two/ -c wq f; grep -q one f~; rm f~"},
        Editor{"VimWithUndoFile", "vim -u NONE -es -c 'set undofile' -c %s/one/two/ -c wq f; [ -s .f.un~ ]; rm .f.un~"},
        Editor{"Ex", "printf '1c\\ntwo\\n.\\nwq\\n' | ex -s f"},
        Editor{"Patch", "printf -- '--- f\\n+++ f\\n@@ -1,2 +1,2 @@\\n-one\\n+two\\n rest\\n' | patch -s f"},
        Editor{"Python",
               "python3 -c 'import fileinput\n"
               "for line in fileinput.input(\"f\", inplace=True): print(line.replace(\"one\", \"two\"), end=\"\")'"},
        Editor{"SortInPlace", "printf 'rest\\ntwo\\n' > f; sort -r -o f f"},
        Editor{"InstallOver", "printf 'two\\nrest\\n' > new; install -m 640 new f; rm new"},
        Editor{"MvOver", "printf 'two\\nrest\\n' > new; chmod 640 new; mv new f"},
        Editor{"CpOver", "printf 'two\\nrest\\n' > $TMP/new; cp $TMP/new f"},
        Editor{"CpWithBackup", "printf 'two\\nrest\\n' > $TMP/new; cp -b $TMP/new f; chmod 640 f; rm f~"},
        Editor{"DdInPlace", "printf two | dd of=f conv=notrunc status=none"}),
    [](const auto& test) { return test.param.name; });

class EditingTest : public MountTest {};

// A link stays one, and what it names is changed.
TEST_F(EditingTest, ThroughALinkKeepsTheLink)
{
    for (const char* command :
         {"sed -i --follow-symlinks s/one/two/ link", "vim -u NONE -es -c %s/one/two/ -c wq link"}) {
        ok("echo one > f; ln -sf f link");
        ok(command);
        EXPECT_EQ(ok("cat f; readlink link"), "two\nf\n") << command;
    }
}

TEST_F(EditingTest, VimRecoversWhatADeadOneLeftInItsSwapFile)
{
    ok("echo one > f; vim -u NONE -es -c %s/one/two/ -c preserve -c 'call system(\"kill -9 \" . getpid())' f || true");
    remount();
    ok("vim -u NONE -es -c recover -c wq f < /dev/null || vim -u NONE -es -r f -c wq");
    EXPECT_EQ(ok("cat f"), "two\n");
}

TEST_F(EditingTest, PatchesApplyToATreeAndReverse)
{
    ok("mkdir a; for i in {1..20}; do echo line $i > a/f$i; done; cp -r a b; sed -i s/line/LINE/ b/f[1-9]; rm b/f20; "
       "echo new > "
       "b/new; diff -Nru a b > p || true; cp -r a work");
    ok("cd work; patch -s -p1 < ../p; diff -r . ../b");
    remount();
    ok("cd work; patch -s -R -p1 < ../p; diff -r . ../a");
}

}  // namespace
}  // namespace bytestore::test
