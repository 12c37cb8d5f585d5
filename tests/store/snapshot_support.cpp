#include "tests/store/snapshot_support.h"

#include <algorithm>
#include <sstream>

namespace bytestore::test {

bool SnapshotTest::View::operator==(const View& other) const
{
    const auto same = [](const ListItem& a, const ListItem& b) { return a.name == b.name && a.entry == b.entry; };
    return refused == other.refused && content == other.content && counts == other.counts &&
           std::ranges::equal(items, other.items, same);
}

std::string SnapshotTest::View::text() const
{
    std::ostringstream out;
    out << (refused ? "refused " + std::to_string(static_cast<int>(*refused)) : "open") << "; counts";
    for (const auto count : counts) {
        out << ' ' << count;
    }
    for (const auto& item : items) {
        const auto& entry = item.entry;
        out << "; " << item.name << " at " << entry.segment << ':' << entry.offset << '+' << entry.length << " of "
            << entry.size << ", mtime " << entry.meta.mtime << ": " << content.at(item.name);
    }
    return out.str();
}

SnapshotTest::SnapshotTest()
{
    options_.snapshot_bytes = 1;
    options_.sync = SyncMode::interval;
    options_.is_hidden = [](std::string_view key) { return key.ends_with('3'); };
}

void SnapshotTest::fill(int keys)
{
    const auto store = open();
    for (int i = 0; i < keys; ++i) {
        set(*store, "key " + std::to_string(i), "value " + std::to_string(i));
    }
    ASSERT_TRUE(store->close());
    ASSERT_TRUE(std::filesystem::exists(snapshot()));
}

SnapshotTest::View SnapshotTest::view_of(const std::string& directory, const Options& options)
{
    View view;
    const auto store = Store::open(directory, options);
    if (!store) {
        view.refused = store.error().code;
        return view;
    }
    // What damage is inside of what the snapshot covers is found by compaction, which may have to leave it there.
    view.refused = options.read_only ? std::nullopt : code_of((*store)->compact());
    view.items = (*store)->list({});
    for (const auto& item : view.items) {
        const auto value = (*store)->get(item.name);
        view.content[item.name] = value ? *value : "(unreadable)";
    }
    const auto stats = (*store)->stats();
    view.counts = {stats.live_keys,     stats.hidden_keys, stats.disk_bytes, stats.segments,       stats.records,
                   stats.stale_records, stats.dead_bytes,  stats.unverified, stats.reclaimed_bytes};
    return view;
}

SnapshotTest::View SnapshotTest::view(bool with_snapshot, bool writing)
{
    used_ = false;
    Options options = options_;
    options.snapshot = with_snapshot;
    options.read_only = !writing;
    options.log = [this](LogLevel, const std::string& text) { used_ = used_ || text.find("it covers") != text.npos; };
    if (!writing) {
        return view_of(path(), options);
    }
    // With the times of the files, to which a snapshot is bound.
    std::filesystem::remove_all(other_path());
    std::filesystem::create_directory(other_path());
    for (const auto& file : std::filesystem::directory_iterator(path())) {
        std::filesystem::copy(file, other_path());
        std::filesystem::last_write_time(other_path() / file.path().filename(), file.last_write_time());
    }
    return view_of(other_path(), options);
}

void SnapshotTest::expect_same_as_without()
{
    for (const bool writing : {false, true}) {
        const auto without = view(false, writing);
        for (const bool on_demand : {false, true}) {
            options_.index_on_demand = on_demand;
            EXPECT_EQ(view(true, writing), without)
                << (writing ? "writing" : "reading") << (on_demand ? ", on demand" : ", whole");
        }
    }
}

}  // namespace bytestore::test
