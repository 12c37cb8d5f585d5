// The corpus of the snapshot target holds the snapshot of the sample store, so that a fuzzer starts from one that fits.
#include "engine/snapshot/snapshot.h"
#include "tests/fuzz/snapshot_forging.h"
#include "tests/support/files.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace bytestore::fuzz {
namespace {

const test::Path kSample = test::Path(CORPUS) / "snapshot" / "sample";

TEST(SnapshotCorpus, HoldsTheSnapshotOfTheSampleStore)
{
    const auto written = sample_store().at(std::string(kSnapshotName));
    if (std::getenv("BYTESTORE_WRITE_CORPUS") != nullptr) {
        test::write_file(kSample, written);
    }
    EXPECT_TRUE(test::read_file(kSample) == written)
        << "the snapshot has changed; run this once with BYTESTORE_WRITE_CORPUS=1, and commit " << kSample;
}

TEST(SnapshotCorpus, ForgingLeavesAGoodSnapshotAsItIs)
{
    const auto sample = sample_store().at(std::string(kSnapshotName));
    EXPECT_TRUE(forged_snapshot(sample) == sample);
}

TEST(SnapshotCorpus, ForgingPutsSumsRight)
{
    const auto sample = sample_store().at(std::string(kSnapshotName));
    auto changed = sample;
    for (std::size_t at : {std::size_t{60}, std::size_t{70}}) {  // the sums of the header
        changed[at] = static_cast<char>(changed[at] ^ 1);
    }
    EXPECT_TRUE(forged_snapshot(changed) == sample);
}

}  // namespace
}  // namespace bytestore::fuzz
