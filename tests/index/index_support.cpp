#include "tests/index/index_support.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <limits>
#include <utility>

namespace bytestore {

std::vector<std::string> all_keys(std::size_t longest)
{
    std::vector<std::string> keys{""};
    for (std::size_t first = 0, length = 0; length < longest; ++length) {
        const std::size_t last = keys.size();
        for (; first < last; ++first) {
            for (const char byte : kAlphabet) {
                keys.push_back(keys[first] + byte);
            }
        }
    }
    return keys;
}

std::string random_key(std::mt19937& random, std::size_t longest)
{
    std::string key(random() % (longest + 1), '\0');
    std::ranges::generate(key, [&] { return kAlphabet[random() % kAlphabet.size()]; });
    return key;
}

Entry entry_number(std::uint64_t number)
{
    Entry entry{static_cast<std::uint32_t>(number % 5), number, number * 3, number * 2, Kind::bytes, {}};
    entry.kind = number % 3 == 0 ? Kind::link : Kind::bytes;
    entry.meta.mtime = static_cast<std::int64_t>(number * 1'000'003) - 5'000'000;
    if (number % 4 == 0) {
        entry.meta = {entry.meta.mtime, entry.meta.mtime - 7, 0, 0644, 1000, 0};
    }
    if (number % 7 == 0) {
        entry.meta.mtime = number % 2 == 0 ? std::numeric_limits<std::int64_t>::min() : INT64_MAX;
        entry.length = UINT64_MAX - number;
    }
    return entry;
}

std::optional<Entry> model_find(const Model& model, std::string_view key)
{
    const auto found = model.find(std::string(key));
    return found == model.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Entry> model_put(Model& model, std::string_view key, const Entry& entry)
{
    auto before = model_find(model, key);
    model.insert_or_assign(std::string(key), entry);
    return before;
}

std::optional<Entry> model_erase(Model& model, std::string_view key)
{
    auto before = model_find(model, key);
    model.erase(std::string(key));
    return before;
}

std::vector<ListItem> model_list(const Model& model, const ListRequest& request)
{
    std::map<std::string, ListItem> items;
    for (const auto& [key, entry] : model) {
        if (!key.starts_with(request.prefix)) {
            continue;
        }
        const auto at = request.delimiter ? key.find(*request.delimiter, request.prefix.size()) : std::string::npos;
        const bool group = at != std::string::npos;
        const std::string name = group ? key.substr(0, at + 1) : key;
        items[name] = {name, group, group ? Entry{} : entry};
    }
    std::vector<ListItem> page;
    for (auto& [name, item] : items) {
        if (page.size() < request.limit && (!request.after || name > *request.after)) {
            page.push_back(std::move(item));
        }
    }
    return page;
}

bool model_any(const Model& model, std::string_view prefix)
{
    return std::ranges::any_of(model, [&](const auto& item) { return item.first.starts_with(prefix); });
}

bool operator==(const ListItem& a, const ListItem& b)
{
    return a.name == b.name && a.group == b.group && (a.group || a.entry == b.entry);
}

std::ostream& operator<<(std::ostream& out, const Entry& entry)
{
    return out << "segment " << entry.segment << " offset " << entry.offset << " length " << entry.length << " size "
               << entry.size << " kind " << static_cast<int>(entry.kind) << " mtime " << entry.meta.mtime;
}

std::ostream& operator<<(std::ostream& out, const ListItem& item)
{
    return out << (item.group ? "group " : "key ") << testing::PrintToString(item.name);
}

void expect_same(const Index& index, const Model& model)
{
    EXPECT_EQ(index.size(), model.size());
    EXPECT_EQ(index.list({}), model_list(model, {}));
    for (const std::string& key : all_keys(3)) {
        EXPECT_EQ(index.find(key), model_find(model, key)) << testing::PrintToString(key);
        EXPECT_EQ(index.any(key), model_any(model, key)) << testing::PrintToString(key);
    }
}

}  // namespace bytestore
