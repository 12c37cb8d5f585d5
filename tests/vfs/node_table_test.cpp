#include "fs/core/node_table.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bytestore::fs {
namespace {

// Nodes of a few names in the root, which come, go, lose their names and change them.
class NodeTableTest : public ::testing::Test {
protected:
    static std::string name_of(std::size_t place) { return "name" + std::to_string(place); }
    NodePtr look_up(std::size_t place)
    {
        return table_.look_up(table_.root(), Node::Place::segment, name_of(place), Type::file, name_of(place));
    }
    Ino told(std::size_t place) const
    {
        const NodeTable::Numbers numbers(table_);
        return numbers.of(*table_.root(), Node::Place::segment, name_of(place), Type::file, name_of(place));
    }
    void detach(std::size_t place)
    {
        if (const auto node = std::exchange(named_[place], nullptr)) {
            table_.detach(*node);
            nameless_.push_back(node);
        }
    }
    void move(std::size_t from, std::size_t to)
    {
        if (named_[from] != nullptr && named_[to] != nullptr) {
            table_.exchange(named_[from], named_[to]);
            std::swap(named_[from], named_[to]);
        } else if (named_[from] != nullptr) {
            table_.move(named_[from], table_.root(), Node::Place::segment, name_of(to));
            named_[to] = std::exchange(named_[from], nullptr);
        }
    }
    void forget_one()
    {
        if (!nameless_.empty()) {
            table_.forget(nameless_[random_() % nameless_.size()], 1);
            std::erase_if(nameless_, [](const NodePtr& node) { return node->lookups == 0; });
        }
    }
    void change_something()
    {
        const auto place = random_() % kNames;
        switch (random_() % 4) {
            case 0:
                named_[place] = named_[place] != nullptr ? named_[place] : look_up(place);
                break;
            case 1:
                detach(place);
                break;
            case 2:
                move(place, (place + 1) % kNames);
                break;
            default:
                forget_one();
        }
    }
    // A name that no node has is given one for a moment.
    Ino number_of(std::size_t place)
    {
        if (named_[place] != nullptr) {
            return named_[place]->ino;
        }
        const auto node = look_up(place);
        table_.forget(node, 1);
        return node->ino;
    }
    void forget_all()
    {
        for (std::size_t place = 0; place < kNames; ++place) {
            detach(place);
        }
        while (!nameless_.empty()) {
            forget_one();
        }
    }

    static constexpr std::size_t kNames = 8;
    NodeTable table_;
    std::array<NodePtr, kNames> named_;
    std::vector<NodePtr> nameless_;
    std::mt19937 random_{1};
};

// Keys of every length that a hash may treat in its own way, which differ in two bytes next to each other.
TEST_F(NodeTableTest, NumbersOfEveryKindAndKeyDiffer)
{
    std::map<Ino, std::pair<Type, std::string>> owners;
    const NodeTable::Numbers numbers(table_);
    const auto expect_own = [&](const std::string& key) {
        for (const auto type : {Type::file, Type::directory, Type::link}) {
            const auto number = numbers.of(*table_.root(), Node::Place::segment, key, type, key);
            const auto [owner, is_new] = owners.emplace(number, std::pair(type, key));
            EXPECT_EQ(owner->second, std::pair(type, key));
        }
    };
    for (std::size_t length = 2; length <= 20; ++length) {
        for (std::size_t i = 0; i < (length - 1) * 64; ++i) {
            std::string key(length, '0');
            key[i / 64] = static_cast<char>('0' + i % 8);
            key[i / 64 + 1] = static_cast<char>('0' + i / 8 % 8);
            expect_own(key);
        }
    }
}

TEST_F(NodeTableTest, TellsTheNumberThatANameHasOrWouldGet)
{
    for (int step = 0; step < 20'000; ++step) {
        change_something();
        for (std::size_t place = 0; place < kNames; ++place) {
            const auto number = told(place);
            ASSERT_EQ(number, number_of(place)) << "step " << step << ", " << name_of(place);
        }
    }
}

// A directory that moved lives as long as the kernel knows something below it.
TEST_F(NodeTableTest, ADirectoryThatMovedIsRenumberedInItsParentOnceWhatIsBelowItIsForgotten)
{
    const auto directory = table_.look_up(table_.root(), Node::Place::segment, "a", Type::directory, "a");
    const auto file = table_.look_up(directory, Node::Place::segment, "f", Type::file, "a:f");
    table_.move(directory, table_.root(), Node::Place::segment, "b");
    table_.forget(directory, 1);
    const auto before = table_.numbering(*table_.root());
    table_.forget(file, 1);
    EXPECT_EQ(table_.size(), 1U);
    EXPECT_NE(table_.numbering(*table_.root()), before);
}

TEST_F(NodeTableTest, GivesNoNumberTwiceAndTheFirstOnesAgainWhenAllIsForgotten)
{
    std::map<std::size_t, Ino> first;
    for (std::size_t place = 0; place < kNames; ++place) {
        first[place] = told(place);
    }
    for (int step = 0; step < 5000; ++step) {
        change_something();
        std::set<Ino> numbers;
        for (const auto& node : table_.all()) {
            ASSERT_TRUE(numbers.insert(node->ino).second) << "step " << step;
        }
    }
    forget_all();
    for (const auto& [place, number] : first) {
        EXPECT_EQ(told(place), number);
    }
}

}  // namespace
}  // namespace bytestore::fs
