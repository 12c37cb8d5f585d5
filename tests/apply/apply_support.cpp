#include "tests/apply/apply_support.h"

#include <fmt/format.h>

namespace bytestore::test {
namespace {

// Errors are those of the output, which has none.
template <class Write>
std::string written(Write write)
{
    std::string text;
    ignore(write([&text](std::string_view part) -> Status {
        text += part;
        return {};
    }));
    return text;
}

}  // namespace

std::string set_line(const std::string& key, const std::string& value, const format::Fields& fields)
{
    return written([&](const format::Output& out) { return format::write_set(out, key, Kind::bytes, value, fields); });
}

std::string delete_line(const std::string& key, const format::Fields& fields)
{
    return written([&](const format::Output& out) { return format::write_delete(out, key, fields); });
}

std::string batch_line(std::size_t records)
{
    return fmt::format("{{\"batch\":{}}}\n", records);
}

fs::ApplyTarget Recorder::target()
{
    return {.find = [](std::string_view) { return std::nullopt; },
            .apply = [this](const Batch& batch) { return apply(batch); }};
}

Status Recorder::apply(const Batch& batch)
{
    if (calls++ == failing) {
        return fail(Errc::no_space, "the disk is full");
    }
    content = applied(batch, content);
    batches.push_back(batch.size());
    return {};
}

Status write_all(fs::ApplyStream& stream, std::string_view bytes)
{
    while (!bytes.empty()) {
        TRY_ASSIGN(const std::size_t taken, stream.write(bytes));
        bytes.remove_prefix(taken);
    }
    return {};
}

}  // namespace bytestore::test
