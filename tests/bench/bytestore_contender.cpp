// Ours.
#include "engine/store.h"
#include "tests/bench/contender.h"
#include "tests/bench/our_store.h"

namespace bytestore::bench {
namespace {

class ByteStoreReader : public Contender::Reader {
public:
    explicit ByteStoreReader(const Store& store)
        : store_(store)
    {
    }

    bool get(std::string_view key, std::string& value) override
    {
        auto got = store_.get(key);
        if (got) {
            value = std::move(*got);
        }
        return got.has_value();
    }

    std::uint64_t scan() override
    {
        std::uint64_t bytes = 0;
        ListRequest request{.prefix = {}, .delimiter = {}, .after = {}, .limit = kPage};
        for (auto page = store_.find_all(request); !page.empty(); page = store_.find_all(request)) {
            const auto values = check(ValueRef::read_all(page));
            for (std::size_t i = 0; i < page.size(); ++i) {
                bytes += page[i].key().size() + values[i].size();
            }
            request.after = page.back().key();
        }
        return bytes;
    }

private:
    const Store& store_;
};

class ByteStoreContender : public Contender {
public:
    explicit ByteStoreContender(const std::string& directory)
        : store_(open_store(directory, plain_options()))
    {
    }

    void set(std::string_view key, std::string_view value) override
    {
        check(store_->set(std::string(key), std::string(value), now()));
    }

    void set_synced(std::string_view key, std::string_view value) override
    {
        set(key, value);
        check(store_->sync());
    }

    std::unique_ptr<Reader> reader() const override { return std::make_unique<ByteStoreReader>(*store_); }

private:
    const std::unique_ptr<Store> store_;
};

}  // namespace

std::unique_ptr<Contender> open_bytestore(const std::string& directory)
{
    return std::make_unique<ByteStoreContender>(directory);
}

}  // namespace bytestore::bench
