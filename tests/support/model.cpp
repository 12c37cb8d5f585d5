#include "tests/support/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace bytestore::test {

Map content_of(const Store& store)
{
    Map content;
    for (const auto& item : store.list({})) {
        const auto found = store.find(item.name);
        auto value = found ? found->read() : Result<std::string>(fail(Errc::not_found, "listed, but not found"));
        EXPECT_TRUE(value) << item.name << ": " << value.error().message;
        content[item.name] = value ? std::move(*value) : "(unreadable)";
    }
    return content;
}

Map content_of(const std::string& directory)
{
    Options options;
    options.read_only = true;
    const auto store = Store::open(directory, options);
    EXPECT_TRUE(store) << store.error().message;
    return store ? content_of(**store) : Map{};
}

Map applied(const Batch& batch, const Map& before)
{
    using Type = Batch::Operation::Type;
    Map after = before;
    for (const auto& operation : batch.operations()) {
        switch (operation.type) {
            case Type::set:
                after[operation.key] = operation.value();
                break;
            case Type::copy:
                after[operation.key] = before.at(std::string(operation.value()));
                break;
            case Type::remove:
                after.erase(operation.key);
                break;
        }
    }
    return after;
}

Workload::Workload(std::uint32_t seed)
    : Workload(seed, Shape())
{
}

Workload::Workload(std::uint32_t seed, Shape shape)
    : random_(seed), shape_(shape)
{
}

std::string Workload::key()
{
    return "k" + std::to_string(below(shape_.keys));
}

std::string Workload::value()
{
    std::string bytes(static_cast<std::size_t>(below(shape_.largest_value + 1)), '\0');
    const bool binary = shape_.binary && below(4) == 0;
    for (auto& byte : bytes) {
        byte = static_cast<char>(binary ? below(256) : 'a' + below(26));
    }
    return bytes;
}

Batch Workload::batch(const Map& now)
{
    Batch batch;
    const int size = below(3) == 0 ? 1 + below(shape_.largest_batch) : 1;
    while (batch.size() < static_cast<std::size_t>(size)) {
        const int choice = now.empty() ? 0 : below(10);
        if (choice < 6) {
            batch.set(key(), value(), {.mtime = time_++});
        } else {
            const auto bound = std::next(now.begin(), below(static_cast<int>(now.size())))->first;
            choice < 7 ? batch.copy(bound, key(), {.mtime = time_++}) : batch.remove(bound);
        }
    }
    return batch;
}

}  // namespace bytestore::test
