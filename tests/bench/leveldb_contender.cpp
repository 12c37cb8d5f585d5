// LevelDB: a block cache for all data, a Bloom filter, its default of not verifying checksums on reads.
#include "tests/bench/contender.h"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>

#include <stdexcept>

namespace bytestore::bench {
namespace {

constexpr int kBloomBits = 10;

void check(const leveldb::Status& status)
{
    if (!status.ok()) {
        throw std::runtime_error(status.ToString());
    }
}

class LevelDbReader : public Contender::Reader {
public:
    explicit LevelDbReader(leveldb::DB& db)
        : db_(db)
    {
    }

    bool get(std::string_view key, std::string& value) override
    {
        const auto status = db_.Get(leveldb::ReadOptions(), leveldb::Slice(key.data(), key.size()), &value);
        if (!status.IsNotFound()) {
            check(status);
        }
        return status.ok();
    }

    std::uint64_t scan() override
    {
        std::uint64_t bytes = 0;
        const std::unique_ptr<leveldb::Iterator> at(db_.NewIterator(leveldb::ReadOptions()));
        for (at->SeekToFirst(); at->Valid(); at->Next()) {
            bytes += at->key().ToString().size() + at->value().ToString().size();
        }
        check(at->status());
        return bytes;
    }

private:
    leveldb::DB& db_;
};

class LevelDbContender : public Contender {
public:
    explicit LevelDbContender(const std::string& directory)
        : cache_(leveldb::NewLRUCache(kCacheBytes)), filter_(leveldb::NewBloomFilterPolicy(kBloomBits))
    {
        leveldb::Options options;
        options.create_if_missing = true;
        options.compression = leveldb::kNoCompression;
        options.write_buffer_size = kMemtableBytes;
        options.block_cache = cache_.get();
        options.filter_policy = filter_.get();
        leveldb::DB* db = nullptr;
        check(leveldb::DB::Open(options, directory, &db));
        db_.reset(db);
    }

    void set(std::string_view key, std::string_view value) override { put(key, value, false); }
    void set_synced(std::string_view key, std::string_view value) override { put(key, value, true); }

    std::unique_ptr<Reader> reader() const override { return std::make_unique<LevelDbReader>(*db_); }
    void prepare_for_reads() override { db_->CompactRange(nullptr, nullptr); }

private:
    void put(std::string_view key, std::string_view value, bool sync)
    {
        leveldb::WriteOptions how;
        how.sync = sync;
        check(db_->Put(how, leveldb::Slice(key.data(), key.size()), leveldb::Slice(value.data(), value.size())));
    }

    const std::unique_ptr<leveldb::Cache> cache_;
    const std::unique_ptr<const leveldb::FilterPolicy> filter_;
    std::unique_ptr<leveldb::DB> db_;  // before those it uses
};

}  // namespace

std::unique_ptr<Contender> open_leveldb(const std::string& directory)
{
    return std::make_unique<LevelDbContender>(directory);
}

}  // namespace bytestore::bench
