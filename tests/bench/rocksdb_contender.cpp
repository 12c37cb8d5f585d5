// RocksDB: a block cache for all data, a Bloom filter, its checksums as by default (verified when a block is read in).
#include "tests/bench/contender.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <stdexcept>

namespace bytestore::bench {
namespace {

constexpr int kBloomBits = 10;

void check(const rocksdb::Status& status)
{
    if (!status.ok()) {
        throw std::runtime_error(status.ToString());
    }
}

rocksdb::Options options()
{
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    options.write_buffer_size = kMemtableBytes;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

class RocksDbReader : public Contender::Reader {
public:
    explicit RocksDbReader(rocksdb::DB& db)
        : db_(db)
    {
    }

    bool get(std::string_view key, std::string& value) override
    {
        const auto status = db_.Get(rocksdb::ReadOptions(), rocksdb::Slice(key.data(), key.size()), &value);
        if (!status.IsNotFound()) {
            check(status);
        }
        return status.ok();
    }

    std::uint64_t scan() override
    {
        std::uint64_t bytes = 0;
        const std::unique_ptr<rocksdb::Iterator> at(db_.NewIterator(rocksdb::ReadOptions()));
        for (at->SeekToFirst(); at->Valid(); at->Next()) {
            bytes += at->key().ToString().size() + at->value().ToString().size();
        }
        check(at->status());
        return bytes;
    }

private:
    rocksdb::DB& db_;
};

class RocksDbContender : public Contender {
public:
    explicit RocksDbContender(const std::string& directory)
    {
        rocksdb::DB* db = nullptr;
        check(rocksdb::DB::Open(options(), directory, &db));
        db_.reset(db);
    }

    void set(std::string_view key, std::string_view value) override { put(key, value, false); }
    void set_synced(std::string_view key, std::string_view value) override { put(key, value, true); }

    std::unique_ptr<Reader> reader() const override { return std::make_unique<RocksDbReader>(*db_); }
    void prepare_for_reads() override { check(db_->CompactRange({}, nullptr, nullptr)); }

private:
    void put(std::string_view key, std::string_view value, bool sync)
    {
        rocksdb::WriteOptions how;
        how.sync = sync;
        check(db_->Put(how, rocksdb::Slice(key.data(), key.size()), rocksdb::Slice(value.data(), value.size())));
    }

    std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace

std::unique_ptr<Contender> open_rocksdb(const std::string& directory)
{
    return std::make_unique<RocksDbContender>(directory);
}

}  // namespace bytestore::bench
