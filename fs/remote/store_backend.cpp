#include "fs/remote/store_backend.h"

#include "fs/apply/apply_batch.h"
#include "fs/core/attributes.h"
#include "fs/mapping.h"

#include <utility>

namespace bytestore::remote {
namespace {

// A new value leaves the file's owner and mode alone, as writing to it through the mount does. A link's mode is not
// that of a file.
Meta meta_over(const std::optional<ValueRef>& old)
{
    Meta meta;
    meta.mtime = fs::now();
    if (old) {
        const Entry& entry = old->entry();
        meta.uid = entry.meta.uid;
        meta.gid = entry.meta.gid;
        meta.mode = entry.kind == Kind::bytes ? entry.meta.mode : std::nullopt;
    }
    return meta;
}

}  // namespace

Status check_key(std::string_view key)
{
    TRY(bytestore::check_key(key));
    if (fs::has_reserved_segment(key)) {
        return fail(Errc::invalid,
                    "the key has a segment that starts with U+0000; such keys are reserved for directories");
    }
    return {};
}

Result<std::optional<Value>> StoreBackend::get(const std::string& key)
{
    const auto found = store_.find(key);
    if (!found) {
        return std::optional<Value>();
    }
    TRY_ASSIGN(auto bytes, found->read());
    return Value{.kind = found->entry().kind, .bytes = std::move(bytes)};
}

Result<std::vector<ListItem>> StoreBackend::list(const ListRequest& request)
{
    return store_.list(request);
}

Status StoreBackend::set(const std::string& key, std::string_view value)
{
    TRY(check_key(key));
    Batch batch;
    batch.set_borrowed(key, value, meta_over(store_.find(key)));
    return commit(batch);
}

Result<bool> StoreBackend::remove(const std::string& key)
{
    if (!store_.find(key)) {
        return false;
    }
    Batch batch;
    batch.remove(key);
    TRY(commit(batch));
    return true;
}

Status StoreBackend::apply(const Batch& batch)
{
    for (const auto& operation : batch.operations()) {
        TRY(operation.type == Batch::Operation::Type::remove
                ? Status()
                : fs::check_set(operation.key, operation.value(), operation.kind));
    }
    return commit(batch);
}

Status StoreBackend::commit(const Batch& batch)
{
    return store_.apply(batch);
}

Result<CompactionReport> StoreBackend::compact()
{
    return store_.compact();
}

Result<Stats> StoreBackend::stats()
{
    return store_.stats();
}

Status StoreBackend::sync()
{
    return store_.sync();
}

Status StoreBackend::close()
{
    return store_.options().sync == SyncMode::never ? Status() : store_.sync();
}

std::uint64_t StoreBackend::max_value() const
{
    return store_.options().max_value;
}

}  // namespace bytestore::remote
