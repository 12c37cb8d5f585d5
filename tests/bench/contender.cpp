#include "tests/bench/contender.h"

namespace bytestore::bench {

std::vector<ContenderKind> contender_kinds()
{
    return {
        {.name = std::string(kOurs), .open = open_bytestore},
#ifdef BENCH_ROCKSDB
        {.name = "rocksdb", .open = open_rocksdb},
#endif
#ifdef BENCH_LEVELDB
        {.name = "leveldb", .open = open_leveldb},
#endif
#ifdef BENCH_LMDB
        {.name = "lmdb", .open = open_lmdb},
#endif
    };
}

}  // namespace bytestore::bench
