#include "tests/store/maintenance_support.h"

#include <algorithm>

namespace bytestore::test {

void MaintenanceTest::fill()
{
    Workload work(3, {.keys = 4, .largest_batch = 3, .largest_value = 10});
    options_.segment_size = 500;
    const auto store = open();
    Map map;
    history_.push_back(map);
    while (segments_in(path()).size() < 3 || history_.size() % 4 != 0) {
        const auto batch = work.batch(map);
        map = applied(batch, map);
        ASSERT_TRUE(store->apply(batch));
        history_.push_back(map);
    }
}

Verified MaintenanceTest::verify(const Path& store) const
{
    Verified found;
    const auto report = verify_store(store, [&](const Finding& finding) -> Status {
        found.findings.push_back(finding);
        return {};
    });
    EXPECT_TRUE(report) << report.error().message;
    found.report = report.value_or(VerifyReport());
    return found;
}

Result<RepairReport> MaintenanceTest::repair(std::vector<Finding>* findings) const
{
    std::filesystem::remove_all(other_path());
    return repair_store(path(), other_path(), [&](const Finding& finding) -> Status {
        if (findings != nullptr) {
            findings->push_back(finding);
        }
        return {};
    });
}

void MaintenanceTest::expect_only_values_that_were(const Map& content) const
{
    for (const auto& [key, value] : content) {
        EXPECT_TRUE(std::ranges::any_of(history_,
                                        [&](const Map& map) {
                                            const auto was = map.find(key);
                                            return was != map.end() && was->second == value;
                                        }))
            << key << " never was " << value;
    }
}

void MaintenanceTest::for_each_flip(std::size_t step, const std::function<void()>& body) const
{
    for (const auto& segment : segments_in(path())) {
        const auto whole = read_file(segment);
        for (std::size_t bit = 0; bit < whole.size() * 8 && !HasFailure(); bit += step) {
            auto bytes = whole;
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
            write_file(segment, bytes);
            SCOPED_TRACE(segment.filename().string() + " bit " + std::to_string(bit));
            body();
        }
        write_file(segment, whole);
    }
}

void MaintenanceTest::for_each_cut(const std::function<void()>& body) const
{
    for (const auto& segment : segments_in(path())) {
        const auto whole = read_file(segment);
        for (std::size_t size = 0; size < whole.size() && !HasFailure(); ++size) {
            write_file(segment, whole.substr(0, size));
            SCOPED_TRACE(segment.filename().string() + " cut to " + std::to_string(size));
            body();
        }
        write_file(segment, whole);
    }
}

}  // namespace bytestore::test
