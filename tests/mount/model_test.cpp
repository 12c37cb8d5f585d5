// BYTESTORE_SEED sets the first seed, BYTESTORE_TEST_SCALE the number of games.
#include "tests/mount/model_game.h"
#include "tests/support/scale.h"

namespace bytestore::test {
namespace {

class MountModelTest : public ModelGame {
protected:
    void play_games(int games, std::size_t players)
    {
        const auto first = first_seed();
        const auto end = first + static_cast<std::uint32_t>(scaled(games));
        for (auto seed = first; seed != end && !HasFailure(); ++seed) {
            play(seed, players, 12);
        }
    }
};

TEST_F(MountModelTest, RandomCallsLeaveWhatLinuxWouldLeave)
{
    play_games(40, 1);
}

TEST_F(MountModelTest, RandomCallsOfSeveralThreadsLeaveWhatLinuxWouldLeave)
{
    play_games(15, 4);
}

}  // namespace
}  // namespace bytestore::test
