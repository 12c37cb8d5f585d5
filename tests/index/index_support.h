// Keys that collide, entries that differ, and the obvious form of an index to compare with.
#pragma once

#include "engine/index/index.h"
#include "engine/types.h"

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace bytestore {

using Model = std::map<std::string, Entry>;

// Few bytes, among them a delimiter, its neighbours and both ends of the range, so that keys are often prefixes and
// groups of others.
inline constexpr std::string_view kAlphabet("ab:-1\0\xff", 7);
inline constexpr char kDelimiters[] = {':', 'a', '\0', '\xff'};

// Every string of up to `longest` bytes of the alphabet.
std::vector<std::string> all_keys(std::size_t longest);
std::string random_key(std::mt19937& random, std::size_t longest);

// Different for different numbers; some with all the fields, some at the ends of their ranges.
Entry entry_number(std::uint64_t number);

std::optional<Entry> model_find(const Model& model, std::string_view key);
std::optional<Entry> model_put(Model& model, std::string_view key, const Entry& entry);
std::optional<Entry> model_erase(Model& model, std::string_view key);
std::vector<ListItem> model_list(const Model& model, const ListRequest& request);
bool model_any(const Model& model, std::string_view prefix);

bool operator==(const ListItem& a, const ListItem& b);
std::ostream& operator<<(std::ostream& out, const Entry& entry);
std::ostream& operator<<(std::ostream& out, const ListItem& item);

// Whether they show the same, by every reading method.
void expect_same(const Index& index, const Model& model);

}  // namespace bytestore
