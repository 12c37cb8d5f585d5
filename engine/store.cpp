#include "engine/store.h"

#include "engine/store_impl.h"

#include <fmt/format.h>

#include <utility>

namespace bytestore {
namespace {

std::optional<ValueRef> value_at(std::string_view key, std::optional<Catalog::Found> found)
{
    if (!found) {
        return std::nullopt;
    }
    return ValueRef(found->entry, std::string(key), std::move(found->segment));
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& directory, Options options, FileSystem& files)
{
    auto impl = std::make_unique<Impl>(directory, std::move(options));
    if (auto opened = impl->open(files); !opened) {
        auto& error = opened.error();
        const bool of_a_segment = error.code == Errc::damaged || error.code == Errc::unsupported;
        return fail(error.code, of_a_segment ? fmt::format("{}: {}", directory, error.message) : error.message,
                    error.os_error);
    }
    return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl))
{
}

Store::~Store()
{
    if (const auto closed = close(); !closed && impl_->options_.log) {
        impl_->options_.log(LogLevel::error, closed.error().message);
    }
}

Result<std::string> Store::get(std::string_view key) const
{
    const auto found = find(key);
    if (!found) {
        return fail(Errc::not_found, fmt::format("key not found: {}", key));
    }
    return found->read();
}

std::optional<ValueRef> Store::find(std::string_view key) const
{
    return value_at(key, impl_->catalog_->find(key));
}

Store::Presence Store::presence(std::string_view prefix) const
{
    auto [below, found] = impl_->catalog_->presence(prefix);
    return {.below = below, .value = value_at(prefix.substr(0, prefix.size() - 1), std::move(found))};
}

Result<Slice> Store::read(const ValueRef& value, std::uint64_t offset, std::size_t size) const
{
    return impl_->large_values_.read(value, offset, size);
}

std::vector<std::optional<ValueRef>> Store::find_each(std::vector<std::string> keys) const
{
    auto found = impl_->catalog_->find_each(keys);
    std::vector<std::optional<ValueRef>> refs(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (found[i]) {
            refs[i].emplace(found[i]->entry, std::move(keys[i]), std::move(found[i]->segment));
        }
    }
    return refs;
}

std::uint64_t Store::version() const
{
    return impl_->catalog_->version();
}

std::vector<ListItem> Store::list(const ListRequest& request) const
{
    return impl_->catalog_->list(request);
}

ListedNames Store::list_names(const ListRequest& request) const
{
    return impl_->catalog_->list_names(request);
}

std::vector<ValueRef> Store::find_all(const ListRequest& request) const
{
    std::vector<ValueRef> refs;
    for (auto& [key, found] : impl_->catalog_->find_all(request)) {
        refs.emplace_back(found.entry, std::move(key), std::move(found.segment));
    }
    return refs;
}

bool Store::any(std::string_view prefix) const
{
    return impl_->catalog_->any(prefix);
}

Status Store::set(std::string key, std::string value, Meta meta, Kind kind)
{
    Batch batch;
    batch.set(std::move(key), std::move(value), meta, kind);
    return apply(batch);
}

Status Store::remove(std::string key)
{
    if (!find(key)) {
        return fail(Errc::not_found, fmt::format("key not found: {}", key));
    }
    Batch batch;
    batch.remove(std::move(key));
    return apply(batch);
}

Status Store::apply(const Batch& batch)
{
    TRY_ASSIGN(const Position position, commit(batch));
    return settle(position);
}

Result<Position> Store::commit(const Batch& batch)
{
    return impl_->commit(batch);
}

Status Store::settle(Position position)
{
    return impl_->settle(position);
}

Status Store::reserve(Reservation& reservation, std::uint64_t bytes)
{
    return impl_->reserve(reservation, bytes);
}

Status Store::sync()
{
    return impl_->sync_to(impl_->committed_);
}

Result<CompactionReport> Store::compact()
{
    return impl_->compact();
}

void Store::abandon_compactions()
{
    impl_->abandon_compactions();
}

Stats Store::stats() const
{
    return impl_->stats();
}

Result<DiskSpace> Store::space() const
{
    return impl_->directory_ ? impl_->directory_->space() : DiskSpace{};
}

FileInfo Store::directory_info() const
{
    return impl_->directory_info_;
}

const Options& Store::options() const
{
    return impl_->options_;
}

Status Store::writable() const
{
    return impl_->writable();
}

Status Store::check_log()
{
    return impl_->check_log();
}

Status Store::close()
{
    return impl_->close();
}

}  // namespace bytestore
