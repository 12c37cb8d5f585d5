// BYTESTORE_SEED sets the first seed, BYTESTORE_TEST_SCALE the number of games.
#include "tests/mount/model_game.h"
#include "tests/support/scale.h"

namespace bytestore::test {
namespace {

class MountModelTest : public ModelGame {};

TEST_F(MountModelTest, RandomCallsLeaveWhatLinuxWouldLeave)
{
    const auto first = first_seed();
    const auto games = static_cast<std::uint32_t>(scaled(50));
    for (auto seed = first; seed != first + games && !HasFailure(); ++seed) {
        play(seed, 300);
    }
    unmount();
}

}  // namespace
}  // namespace bytestore::test
