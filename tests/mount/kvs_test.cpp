// kvs beside a mount: what it changes is seen through the mount at once, whatever the kernel had cached.
#include "tests/mount/mount_test.h"
#include "tests/support/files.h"

#include <sys/stat.h>

#include <filesystem>
#include <functional>

namespace bytestore::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kKvs = R"(
import os, subprocess, sys
def kvs(*args):
    return subprocess.run(['kvs', '--dir', os.environ['DATA'], *args], check=True, capture_output=True, text=True).stdout
def cat(path):
    with open(path) as f: return f.read()
)";

class KvsTest : public MountTest {
protected:
    std::string python(const std::string& script) const
    {
        const auto file = place("tmp/script.py");
        write_file(file, kKvs + script);
        return ok("python3 $TMP/script.py");
    }
    std::string kvs(const std::string& words) const { return ok("kvs --dir $DATA " + words); }
    std::string as_nobody(const std::string& words) const
    {
        const auto outcome = sh("setpriv --reuid=65534 --regid=65534 --clear-groups $TMP/kvs --dir $DATA " + words);
        return outcome.status == 0 ? outcome.out : outcome.err;
    }
    // Lets another user get to the store, and to a copy of kvs.
    void let_others_in() const
    {
        ok("cp $(command -v kvs) $TMP");
        for (auto path = std::filesystem::path(data()).parent_path(); path != path.root_path();
             path = path.parent_path()) {
            std::filesystem::permissions(path, std::filesystem::perms::others_exec, std::filesystem::perm_options::add);
        }
    }
};

// A process of its own: a child that it started would close the file as well, and write the page back with that.
TEST_F(KvsTest, APageOfAMappingThatWasWrittenBeforeMakesNoMixture)
{
    write_file(place("tmp/map.py"), R"(
import mmap, os, sys, time
f = os.open('v', os.O_RDWR)
m = mmap.mmap(f, 5000)
m[0:1] = b'A'
open(os.environ['TMP'] + '/mapped', 'w').close()
while not os.path.exists(os.environ['TMP'] + '/set'): time.sleep(0.01)
)");
    for (const int size : {3, 5000, 20000}) {
        ok("head -c 5000 /dev/zero | tr '\\0' x > v");
        ok("python3 $TMP/map.py & until [ -e $TMP/mapped ]; do sleep 0.01; done; head -c " + std::to_string(size) +
           " /dev/zero | tr '\\0' y | kvs --dir $DATA set v -; touch $TMP/set; wait; rm $TMP/set $TMP/mapped");
        // The mapping was written first, and is stored last.
        EXPECT_EQ(ok("cat v"), "A" + std::string(4999, 'x'));
        EXPECT_EQ(ok("kvs --dir $DATA get --raw v"), "A" + std::string(4999, 'x'));
    }
}

TEST_F(KvsTest, ChangesAreSeenThroughCachedMissingAndListedNames)
{
    python(R"(
places = ['', 'd/', 'd/e/f/', 'd/%empty/', 'new/', 'new/er/']
os.makedirs('d/e/f')
for round in range(6):
    for place in places:
        path = place + 'f%d' % (round % 2)
        key = kvs('key', path)[:-1]
        where = os.path.dirname(path) or '.'
        assert not os.path.exists(path), path
        if os.path.isdir(where): assert os.path.basename(path) not in os.listdir(where)
        for value in ['x', 'longer', '', 'y' * 100000 if round == 0 else 'z']:
            if value == 'y' * 100000:
                subprocess.run(['kvs', '--dir', os.environ['DATA'], 'set', key, '-'], input=value, text=True, check=True)
            else:
                kvs('set', key, value)
            assert cat(path) == value, path
            assert os.stat(path).st_size == len(value), path
            assert os.path.basename(path) in os.listdir(where), path
        kvs('delete', key)
        assert not os.path.exists(path), path
        assert not os.path.isdir(where) or os.path.basename(path) not in os.listdir(where), path
assert os.listdir('.') == ['d'], os.listdir('.')
)");
}

TEST_F(KvsTest, AFileBecomesADirectoryAndBack)
{
    python(R"(
for round in range(10):
    kvs('set', 'a', 'value')
    assert cat('a') == 'value'
    f = open('a')
    kvs('set', 'a:b', 'below')
    assert os.path.isdir('a') and sorted(os.listdir('a')) == ['%value', 'b']
    assert cat('a/%value') == 'value' and cat('a/b') == 'below' and f.read() == 'value'
    kvs('delete', 'a:b')
    assert os.path.isfile('a') and cat('a') == 'value'
    kvs('delete', 'a')
    assert os.listdir('.') == []
    f.seek(0); assert f.read() == 'value'
)");
}

TEST_F(KvsTest, OpenFilesAndMappingsFollowAReplacedValue)
{
    python(R"(
import mmap
kvs('set', 'k', 'a' * 5000)
f = open('k')
m = mmap.mmap(f.fileno(), 5000, prot=mmap.PROT_READ)
assert m[:] == b'a' * 5000
for letter in 'bcdefg':
    kvs('set', 'k', letter * 5000)
    f.seek(0); assert f.read() == letter * 5000
    assert m[:] == letter.encode() * 5000
)");
}

TEST_F(KvsTest, AnOpenFileEndsWhereTheValueEndsThatWasSetBeside)
{
    python(R"(
import mmap
for value, other in [('12345', 'a longer value'), ('a longer value', 'ab'), ('x' * 9000, 'y'), ('', 'z' * 5000)]:
    kvs('set', 'k', value)
    log, reader = open('k', 'a'), os.open('k', os.O_RDONLY)
    os.read(reader, 5)
    kvs('set', 'k', other)
    sent = open('/dev/shm/sent%d' % os.getpid(), 'w+b')
    os.unlink(sent.name)
    assert os.sendfile(sent.fileno(), reader, 0, 100000) == len(other)
    log.write('X'); log.close()
    assert cat('k') == other + 'X', cat('k')
for i in range(40):
    kvs('set', 'k', 'a' * 20000)
    open('k').read()
    kvs('set', 'k', 'b' * 5000)
    fresh = os.open('k', os.O_RDONLY)
    assert os.read(fresh, 4000) + os.read(fresh, 4000) + os.read(fresh, 4000) == b'b' * 5000
    os.close(fresh)
kvs('set', 'k', 'a' * 8192)
f = open('k')
m = mmap.mmap(f.fileno(), 8192, prot=mmap.PROT_READ)
kvs('set', 'k', 'short'); os.fstat(f.fileno())
kvs('set', 'k', 'b' * 9000)
assert m[:] == b'b' * 8192
)");
}

// Nobody asks for the attributes in between, from which the kernel could learn the size.
TEST_F(KvsTest, WhoSeeksOrAppendsFindsTheEndOfAValueThatWasSetBeside)
{
    python(R"(
for depth in [0, 30]:  # beyond PATH_MAX
    for _ in range(depth):
        os.mkdir('d' * 200)
        os.chdir('d' * 200)
    open('f', 'w').close()
    key = ('d' * 200 + ':') * depth + 'f'
    held = os.open('f', os.O_RDWR)
    for size in [9000, 10, 5000, 0, 4096, 3]:
        kvs('set', key, 'x' * size)
        assert os.lseek(held, 0, os.SEEK_END) == size, (depth, size)
        kvs('set', key, 'x' * (size // 2))
        assert os.pwritev(held, [b'end'], 0, os.RWF_APPEND) == 3
        os.fsync(held)
        assert kvs('get', '--raw', key) == 'x' * (size // 2) + 'end', (depth, size)
    os.close(held)
)");
}

// The kernel learns of other sizes while it has writes on their way: it must not put zeros in their place.
TEST_F(KvsTest, WhatIsAppendedWhileTheValueIsSetIsStoredAsItWasWritten)
{
    remount({"-o", "compact_threshold=0"});  // every record is to be looked at
    python(R"(
import json, multiprocessing, random, time
def forever(what):
    process = multiprocessing.Process(target=lambda: [what() for _ in iter(int, 1)], daemon=True)
    process.start()
    return process
def append():
    with open('v', 'ab', buffering=0) as f: assert f.write(b'ABC') == 3
def set(size):
    with open('.control/apply', 'w') as f: f.write(json.dumps({'cmd': 'Set', 'key': 'v', 'value': 'x' * size}) + '\n')
set(1)
others = [forever(append), forever(lambda: cat('v')), forever(lambda: cat('v'))]
for _ in range(int(1000 * float(os.environ.get('BYTESTORE_TEST_SCALE', 1))) + 200):
    set(300)
    set(12)
    time.sleep(random.random() * 0.003)
assert all(process.is_alive() for process in others)
)");
    for (const auto& record : records()) {
        EXPECT_EQ(record.value.find('\0'), std::string::npos) << record.key;
    }
}

// The kernel knows the name for free when it is made a link.
TEST_F(KvsTest, ALinkThatIsSetBesideIsFollowedByThoseWhoCreate)
{
    python(R"(
import json, threading
os.mkdir('sub')
stop = False
def create():
    while not stop:
        with open('sub/x', 'w') as f: f.write('1')
thread = threading.Thread(target=create); thread.start()
for i in range(300):
    with open('.control/apply', 'w') as f:
        print(json.dumps({'cmd': 'Delete', 'key': 'sub:x'}), file=f)
        print(json.dumps({'cmd': 'Set', 'key': 'sub:x', 'value': chr(0) + 'link:target'}), file=f)
    assert os.readlink('sub/x') == 'target', i
stop = True
thread.join()
assert cat('sub/target') == '1'
)");
}

TEST_F(KvsTest, ALinkThatIsSetBesideLeadsWhereItWasSetTo)
{
    python(R"(
import json
os.symlink('first', 'l')
for i in range(100):
    assert os.readlink('l') == ('t%d' % (i - 1) if i > 0 else 'first')
    with open('.control/apply', 'w') as f:
        print(json.dumps({'cmd': 'Set', 'key': 'l', 'value': chr(0) + 'link:t%d' % i}), file=f)
kvs('set', 'l', 'a file')
assert cat('l') == 'a file' and not os.path.islink('l')
)");
}

TEST_F(KvsTest, WhatTheMountStoresKvsSees)
{
    ok("mkdir user; echo -n Alice > user/1; echo -n 2 > n");
    EXPECT_EQ(kvs("get user:1"), "Alice\n");
    EXPECT_THAT(kvs("scan"), AllOf(HasSubstr("2 result(s)"), HasSubstr("= Alice")));
    EXPECT_THAT(kvs("stats"), HasSubstr("Live keys  : 2\n"));
    EXPECT_EQ(kvs("path user:1"), "user/1\n");
    EXPECT_THAT(kvs("compact"), HasSubstr("Compaction complete."));
}

TEST_F(KvsTest, KeysThatNoPathCreatesAreThere)
{
    ok("kvs --dir $DATA set $(printf 'x%.0s' {1..300}) long");
    EXPECT_EQ(ok("cat %key-*"), "long");
    kvs("set a: empty; kvs --dir $DATA set a 1; kvs --dir $DATA set :b 2");
    EXPECT_EQ(ok("cat a/%empty a/%value %empty/b"), "empty12");
}

TEST_F(KvsTest, ValuesMayHaveTheLargestSizeAndNoMore)
{
    remount({"-o", "max_value=300K"});
    ok("head -c 307200 /dev/urandom > $TMP/most; cat $TMP/most > $TMP/more; echo >> $TMP/more");
    kvs("set k --file $TMP/most");
    ok("cmp k $TMP/most; kvs --dir $DATA get --raw k | cmp - $TMP/most");
    fails("kvs --dir $DATA set k --file $TMP/more", "307200 bytes");
    ok("cmp k $TMP/most");
}

TEST_F(KvsTest, WorksFromAnotherMountNamespace)
{
    ok("cd /; unshare -m sh -c 'umount $MNT; kvs --dir $DATA set k v; kvs --dir $DATA get k'");
    EXPECT_EQ(ok("cat k"), "v");
    std::filesystem::create_directory(place("other"));
    const auto second = sh("cd /; unshare -m sh -c 'umount $MNT; bytestore-mount $DATA $TMP/../other'");
    EXPECT_EQ(second.status, 1);
    EXPECT_THAT(second.err, AllOf(HasSubstr(std::to_string(mount().pid())), HasSubstr(root())));
}

// The kernel names no process to it that lives outside.
TEST_F(KvsTest, ADaemonInAPidNamespaceServesThoseOutsideOfIt)
{
    EXPECT_EQ(ok("mkdir $TMP/kv; unshare -p -f bytestore-mount -f $TMP/data $TMP/kv 2> /dev/null & "
                 "until mountpoint -q $TMP/kv; do sleep 0.01; done; cd $TMP/kv; echo text > f; chmod 600 f; "
                 "truncate -s 2 f; touch -d @5 f; stat -c '%a %s %Y' f; cd /; umount $TMP/kv; wait"),
              "600 2 5\n");
}

// A write waits for a page of a mount whose daemon is stopped, and the kernel keeps the file for it.
TEST_F(KvsTest, WhoHoldsAFileUpHoldsUpNobodyElse)
{
    python(R"(
import mmap, signal, threading, time
data, root = os.environ['TMP'] + '/slow-data', os.environ['TMP'] + '/slow'
os.mkdir(root)
daemon = subprocess.Popen(['bytestore-mount', '-f', data, root], stderr=subprocess.DEVNULL)
while not os.path.ismount(root): time.sleep(0.01)
subprocess.run(['kvs', '--dir', data, 'set', 'page', '-'], input=b'x' * 400000, check=True, stdout=subprocess.DEVNULL)
slow = open(root + '/page', 'rb')
page = mmap.mmap(slow.fileno(), 0, prot=mmap.PROT_READ)
kvs('set', 'held', 'a long value')
held = os.open('held', os.O_WRONLY)
daemon.send_signal(signal.SIGSTOP)
writer = threading.Thread(target=lambda: os.write(held, memoryview(page)[200000:200010]))
writer.start()
try:
    time.sleep(0.2)
    kvs('set', 'held', 'short')
    kvs('set', 'held', 'less')
    kvs('set', 'other', 'value')
    assert cat('other') == 'value' and writer.is_alive()
finally:
    daemon.send_signal(signal.SIGCONT)
writer.join()
os.close(held)
assert cat('held') == 'x' * 10, cat('held')
del writer
page.close(); slow.close()
subprocess.run(['umount', root], check=True)
assert daemon.wait() == 0
)");
}

TEST_F(KvsTest, AnotherUserMayDoWhatTheDirectorysModeSays)
{
    let_others_in();
    kvs("set k v");
    ::chmod(data().c_str(), 0755);
    EXPECT_EQ(as_nobody("get k"), "v\n");
    EXPECT_THAT(as_nobody("set k w"), AllOf(HasSubstr("user 65534"), HasSubstr(std::to_string(mount().pid())),
                                            HasSubstr(root()), testing::MatchesRegex("[^\n]*\n")));
    EXPECT_THAT(as_nobody("delete k"), HasSubstr("user 65534"));
    EXPECT_EQ(ok("cat k"), "v");
    ::chmod(data().c_str(), 0777);
    EXPECT_EQ(as_nobody("set k w"), "OK  k = w\n");
    EXPECT_EQ(ok("cat k"), "w");
    ::chmod(data().c_str(), 0711);
    EXPECT_THAT(as_nobody("get k"), HasSubstr("ermission"));
    ::chmod(data().c_str(), 0700);
    EXPECT_THAT(as_nobody("set k x"), HasSubstr("ermission"));
    EXPECT_EQ(ok("cat k"), "w");
}

TEST_F(KvsTest, ADaemonThatIsClosingIsWaitedFor)
{
    Child writer({"bash", "-c",
                  "for i in {1..300}; do " KVS " --dir $0 set k $i > /dev/null || exit 1; [ $(" KVS
                  " --dir $0 get k) = $i ] || exit 2; done",
                  data()},
                 {});
    for (int round = 0; round < 8; ++round) {
        ok("until grep -q k $DATA/log-*; do :; done; sleep 0.05");
        if (round % 2 == 0) {
            unmount();
        } else {
            EXPECT_EQ(mount().end_by(SIGTERM), 0);
        }
        start();
    }
    EXPECT_EQ(writer.wait(std::chrono::seconds(60)), 0);
    EXPECT_EQ(ok("cat k"), "300");
}

// A batch whose input pauses while its daemon goes goes on with the store, or with the next daemon.
TEST_F(KvsTest, ABatchOutlivesItsDaemon)
{
    const std::vector<std::function<void()>> ways{[this] { unmount(); },
                                                  [this] {
                                                      mount().kill9();
                                                      force_unmount(root());
                                                  },
                                                  [this] { remount(); }};
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const auto key = "k" + std::to_string(i);
        const auto go = place("tmp/go" + std::to_string(i));
        Child batch({"bash", "-c",
                     "{ echo '[\"Set\",\"'$2'\",\"1\"]'; until [ -e $1 ]; do sleep 0.01; done; "
                     "echo '[\"Set\",\"'$2:x'\",\"2\"]'; } | " KVS " --dir $0 batch > $1.out",
                     data(), go, key},
                    {});
        ok("until grep -q " + key + " $DATA/log-*; do sleep 0.01; done");
        ways[i]();
        write_file(go, "");
        EXPECT_EQ(batch.wait(std::chrono::seconds(60)), 0);
        EXPECT_EQ(read_file(go + ".out"), "OK  2 record(s)\n");
        EXPECT_EQ(ok("cd /; kvs --dir $DATA get " + key + "; kvs --dir $DATA get " + key + ":x"), "1\n2\n");
        if (i < 2) {
            start();
        }
    }
    EXPECT_EQ(ok("cat k2/x"), "2");
}

TEST_F(KvsTest, ADaemonThatDoesNotAnswerIsNamed)
{
    kvs("set k v");
    const auto pid = std::to_string(mount().pid());
    // The signal stops no thread before one of them takes it, and others may answer until then.
    const auto all_stopped = "[ -z \"$(grep -L '^State:.T' /proc/" + pid + "/task/*/status)\" ]";
    const auto outcome = sh("cd /; kill -STOP " + pid + "; until " + all_stopped +
                            "; do sleep 0.01; done\n"
                            "kvs --dir $DATA get k; kvs --dir $DATA set k w; status=$?\n"
                            "kill -CONT " +
                            pid + "; exit $status");
    EXPECT_EQ(outcome.out, "v\n");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(pid), HasSubstr(root()), testing::MatchesRegex("[^\n]*\n")));
    EXPECT_EQ(kvs("get k"), "v\n");
}

TEST_F(KvsTest, ADaemonThatWasKilledIsNobody)
{
    kvs("set k v");
    mount().kill9();
    EXPECT_TRUE(std::filesystem::exists(data() + "/SOCK"));
    ok("cd /; umount -l $MNT; kvs --dir $DATA set k w");
    start();
    EXPECT_EQ(ok("cat k; kvs --dir $DATA set k x"), "wOK  k = x\n");
    unmount();
    EXPECT_FALSE(std::filesystem::exists(data() + "/SOCK"));
}

TEST_F(KvsTest, TwoProgramsShareAStore)
{
    const auto rounds =
        ok("rounds=$(awk \"BEGIN { print int(60 * ${BYTESTORE_TEST_SCALE:-1}) + 1 }\")\n"
           "(for i in $(seq $rounds); do echo -n $i > m; [ $(kvs --dir $DATA get m) = $i ] || exit 1; done) &\n"
           "for i in $(seq $rounds); do kvs --dir $DATA set k $i > /dev/null; [ $(cat k) = $i ] || exit 1; done\n"
           "wait $! && echo -n $rounds");
    remount();
    EXPECT_EQ(ok("cat k m"), rounds + rounds);
}

// The shell is started first: a process that is made while the file is open flushes it.
TEST_F(KvsTest, TheLastOfTwoWritersWins)
{
    python(R"(
shell = subprocess.Popen(['bash'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
f = open('f', 'w')
f.write('mine'); os.lseek(f.fileno(), 0, os.SEEK_SET); f.flush()
print('kvs --dir $DATA set f theirs; exit', file=shell.stdin, flush=True)
shell.wait()
assert cat('f') == 'mine'
f.close()
assert cat('f') == 'mine'
kvs('set', 'f', 'theirs')
assert cat('f') == 'theirs'
)");
}

TEST_F(KvsTest, AStoreWhoseDirectoryWasMovedIsServedWhereItIs)
{
    ok("echo -n v > k; mv $DATA $DATA.moved");
    EXPECT_EQ(ok("kvs --dir $DATA.moved get k; kvs --dir $DATA.moved set k w; cat k"), "v\nOK  k = w\nw");
    EXPECT_EQ(ok("kvs --dir $DATA scan"), "(empty store)\n");
    EXPECT_EQ(ok("kvs --dir $DATA set k other; cat k"), "OK  k = other\nw");
    unmount();
    EXPECT_EQ(ok("kvs --dir $DATA.moved get k; kvs --dir $DATA get k"), "w\nother\n");
}

TEST_F(KvsTest, AStoreWhoseDirectoryWasRemovedReadsOnAndTakesNoWrites)
{
    ok("echo -n v > k; rm -r $DATA");
    EXPECT_EQ(ok("cat k"), "v");
    fails("cp /etc/passwd other", "Input/output error");
    fails("echo x > other", "Input/output error");
    EXPECT_THAT(ok("cat .control/stats"), HasSubstr("Stopped"));
    EXPECT_EQ(ok("kvs --dir $DATA scan"), "(empty store)\n");
    ok("kvs --dir $DATA set k new");
    EXPECT_EQ(ok("cat k; kvs --dir $DATA get k"), "vnew\n");
    mount().unmount();
    EXPECT_EQ(ok("kvs --dir $DATA get k"), "new\n");
}

}  // namespace
}  // namespace bytestore::test
