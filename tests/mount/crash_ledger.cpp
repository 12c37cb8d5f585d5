#include "tests/mount/crash_ledger.h"

#include <algorithm>

namespace bytestore::test {

// Nothing for a file whose name is gone: no crash leaves it.
CrashLedger::State* CrashLedger::find(const ModelPtr& file)
{
    const auto found = files_.find(file);
    return found == files_.end() ? nullptr : &found->second;
}

FileVersion CrashLedger::version(const ModelPtr& file, const State& state)
{
    return {.content = file->content, .mode = file->mode, .mtime = state.mtime};
}

void CrashLedger::created(const ModelPtr& file)
{
    auto& state = files_[file] = State{};
    state.settled = false;
    state.possible = {std::nullopt, version(file, state)};
}

void CrashLedger::truncated_by_open(const ModelPtr& file)
{
    auto& state = files_.at(file);
    state.mtime.reset();
    state.changed = false;
    state.settled = false;
    state.awaited = true;
    state.possible.emplace_back(version(file, state));
}

bool CrashLedger::is_awaited(const ModelPtr& file) const
{
    const auto found = files_.find(file);
    return found != files_.end() && found->second.awaited && !found->second.changed;
}

void CrashLedger::opened_for_writing(const ModelPtr& file)
{
    files_.at(file).settled = false;
}

void CrashLedger::changed(const ModelPtr& file)
{
    if (auto* const state = find(file)) {
        state->changed = true;
    }
}

void CrashLedger::changed_by_name(const ModelPtr& file, bool open_for_writing)
{
    auto& state = files_.at(file);
    if (!open_for_writing && state.settled) {
        acknowledged(file);
        return;
    }
    state.changed = true;
    if (!open_for_writing) {
        state.possible.emplace_back(version(file, state));  // at once, or by a release that is on its way
    }
}

void CrashLedger::time_set(const ModelPtr& file, std::int64_t mtime)
{
    files_.at(file).mtime = mtime;
}

void CrashLedger::time_moved(const ModelPtr& file)
{
    if (auto* const state = find(file)) {
        state->mtime.reset();
    }
}

void CrashLedger::closed_by_writer(const ModelPtr& file)
{
    if (const auto* const state = find(file); state != nullptr && state->changed) {
        acknowledged(file);
    }
}

void CrashLedger::synced_with_others(const ModelPtr& file)
{
    if (!files_.at(file).changed) {
        acknowledged(file);
    }
}

void CrashLedger::acknowledged(const ModelPtr& file)
{
    if (auto* const state = find(file)) {
        state->changed = false;
        state->awaited = false;
        state->possible = {version(file, *state)};
    }
}

void CrashLedger::remounted(const ModelPtr& file)
{
    files_[file].settled = true;
    acknowledged(file);
}

std::optional<std::int64_t> CrashLedger::mtime(const ModelPtr& file) const
{
    const auto found = files_.find(file);
    return found == files_.end() ? std::nullopt : found->second.mtime;
}

bool CrashLedger::survives_as(const ModelPtr& file, const std::optional<FileVersion>& found)
{
    auto& state = files_.at(file);
    const auto same = [&](const std::optional<FileVersion>& version) {
        return version.has_value() == found.has_value() &&
               (!found || (version->content == found->content && version->mode == found->mode &&
                           (!version->mtime || version->mtime == found->mtime)));
    };
    if (std::ranges::none_of(state.possible, same)) {
        return false;
    }
    if (found) {
        file->content = found->content;
        file->mode = found->mode;
        state.mtime = found->mtime;
        remounted(file);
    }
    return true;
}

std::string CrashLedger::told(const ModelPtr& file) const
{
    std::string text;
    for (const auto& version : files_.at(file).possible) {
        text += version ? describe(file->type, version->mode, version->content) : "gone";
        text += version && version->mtime ? " at " + std::to_string(*version->mtime) + '\n' : "\n";
    }
    return text;
}

}  // namespace bytestore::test
