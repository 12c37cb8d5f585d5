// LMDB: a transaction for each set and each get, as with the others; it writes through its map (MDB_WRITEMAP), which is
// its fastest way that survives the death of the process. A get renews its thread's read transaction. It has no
// checksums.
#include "tests/bench/contender.h"

#include <lmdb.h>

#include <stdexcept>

namespace bytestore::bench {
namespace {

constexpr std::size_t kMapBytes = std::size_t{8} << 30;
constexpr mdb_mode_t kMode = 0644;

void check(int code)
{
    if (code != MDB_SUCCESS) {
        throw std::runtime_error(mdb_strerror(code));
    }
}

MDB_val to_val(std::string_view bytes)
{
    return {bytes.size(), const_cast<char*>(bytes.data())};  // it has no const, and does not write there
}

class LmdbReader : public Contender::Reader {
public:
    LmdbReader(MDB_env* env, MDB_dbi dbi)
        : dbi_(dbi)
    {
        check(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn_));
    }
    ~LmdbReader() override { mdb_txn_abort(txn_); }
    LmdbReader(const LmdbReader&) = delete;
    LmdbReader& operator=(const LmdbReader&) = delete;
    LmdbReader(LmdbReader&&) = delete;
    LmdbReader& operator=(LmdbReader&&) = delete;

    bool get(std::string_view key, std::string& value) override
    {
        renew();
        MDB_val name = to_val(key);
        MDB_val content;
        const int code = mdb_get(txn_, dbi_, &name, &content);
        if (code == MDB_NOTFOUND) {
            return false;
        }
        check(code);
        value.assign(static_cast<const char*>(content.mv_data), content.mv_size);
        return true;
    }

    std::uint64_t scan() override
    {
        renew();
        MDB_cursor* at = nullptr;
        check(mdb_cursor_open(txn_, dbi_, &at));
        std::uint64_t bytes = 0;
        MDB_val key;
        MDB_val value;
        int code = MDB_SUCCESS;
        while ((code = mdb_cursor_get(at, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
            bytes += std::string(static_cast<const char*>(key.mv_data), key.mv_size).size() +
                     std::string(static_cast<const char*>(value.mv_data), value.mv_size).size();
        }
        mdb_cursor_close(at);
        if (code != MDB_NOTFOUND) {
            check(code);
        }
        return bytes;
    }

private:
    void renew()
    {
        mdb_txn_reset(txn_);
        check(mdb_txn_renew(txn_));
    }

    MDB_txn* txn_ = nullptr;
    const MDB_dbi dbi_;
};

class LmdbContender : public Contender {
public:
    explicit LmdbContender(const std::string& directory)
    {
        check(mdb_env_create(&env_));
        check(mdb_env_set_mapsize(env_, kMapBytes));
        check(mdb_env_open(env_, directory.c_str(), MDB_WRITEMAP | MDB_NOSYNC | MDB_NOTLS, kMode));
        MDB_txn* txn = nullptr;
        check(mdb_txn_begin(env_, nullptr, 0, &txn));
        check(mdb_dbi_open(txn, nullptr, 0, &dbi_));
        check(mdb_txn_commit(txn));
    }
    ~LmdbContender() override { mdb_env_close(env_); }
    LmdbContender(const LmdbContender&) = delete;
    LmdbContender& operator=(const LmdbContender&) = delete;
    LmdbContender(LmdbContender&&) = delete;
    LmdbContender& operator=(LmdbContender&&) = delete;

    void set(std::string_view key, std::string_view value) override
    {
        MDB_txn* txn = nullptr;
        check(mdb_txn_begin(env_, nullptr, 0, &txn));
        MDB_val name = to_val(key);
        MDB_val content = to_val(value);
        check(mdb_put(txn, dbi_, &name, &content, 0));
        check(mdb_txn_commit(txn));
    }

    void set_synced(std::string_view key, std::string_view value) override
    {
        set(key, value);
        check(mdb_env_sync(env_, 1));
    }

    std::unique_ptr<Reader> reader() const override { return std::make_unique<LmdbReader>(env_, dbi_); }

private:
    MDB_env* env_ = nullptr;
    MDB_dbi dbi_ = 0;
};

}  // namespace

std::unique_ptr<Contender> open_lmdb(const std::string& directory)
{
    return std::make_unique<LmdbContender>(directory);
}

}  // namespace bytestore::bench
