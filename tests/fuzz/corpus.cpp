#include "tests/fuzz/corpus.h"

#include "tests/support/files.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace bytestore::fuzz {
namespace {

bool reads_lines(const std::string& target)
{
    return target == "record" || target == "segment" || target == "apply";
}

}  // namespace

Corpus corpus_of(const std::string& target)
{
    auto corpus = test::files_in(test::Path(CORPUS) / target);
    if (reads_lines(target)) {
        for (const auto& known : nlohmann::json::parse(test::read_file(TEST_DATA "/first-stores/lines.json"))) {
            auto name = "lines.json: " + known.at("what").get<std::string>();
            corpus.insert_or_assign(std::move(name), known.at("line").get<std::string>() + '\n');
        }
    }
    return corpus;
}

}  // namespace bytestore::fuzz
