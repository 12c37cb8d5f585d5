// A small store of several segments with batches, and what it held after each commit.
#pragma once

#include "engine/maintenance/backup.h"
#include "engine/maintenance/repair.h"
#include "engine/maintenance/verify.h"
#include "tests/support/faulty_files.h"
#include "tests/support/store_test.h"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

namespace bytestore::test {

struct Verified {
    VerifyReport report;
    std::vector<Finding> findings;
};

class MaintenanceTest : public StoreTest {
protected:
    // Some sealed segments, and last() is not.
    void fill();
    Path last() const { return segments_in(path()).back(); }
    Verified verify(const Path& store) const;
    Verified verify() const { return verify(path()); }
    // Into other_path(), which is removed before.
    Result<RepairReport> repair(std::vector<Finding>* findings = nullptr) const;
    // Each key has a value that it had at some time.
    void expect_only_values_that_were(const Map& content) const;
    // For every `step`-th bit, or every length, of every segment; the file is put back at the end.
    void for_each_flip(std::size_t step, const std::function<void()>& body) const;
    void for_each_cut(const std::function<void()>& body) const;

    std::vector<Map> history_;
};

}  // namespace bytestore::test
