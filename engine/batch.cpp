#include "engine/store.h"

#include <utility>

namespace bytestore {

void Batch::add(Operation operation)
{
    constexpr std::size_t kUsual = 2;  // at most: a rename
    if (operations_.empty()) {
        operations_.reserve(kUsual);
    }
    operations_.push_back(std::move(operation));
}

void Batch::set(std::string key, std::string value, Meta meta, Kind kind)
{
    add({.type = Operation::Type::set,
         .key = std::move(key),
         .owned = std::move(value),
         .borrowed = {},
         .meta = meta,
         .kind = kind});
}

void Batch::set_borrowed(std::string key, std::string_view value, Meta meta, Kind kind)
{
    add({.type = Operation::Type::set,
         .key = std::move(key),
         .owned = {},
         .borrowed = value,
         .meta = meta,
         .kind = kind});
}

void Batch::copy(std::string from, std::string to, Meta meta)
{
    add({.type = Operation::Type::copy, .key = std::move(to), .owned = std::move(from), .borrowed = {}, .meta = meta});
}

void Batch::remove(std::string key)
{
    add({.type = Operation::Type::remove, .key = std::move(key), .owned = {}, .borrowed = {}, .meta = {}});
}

}  // namespace bytestore
