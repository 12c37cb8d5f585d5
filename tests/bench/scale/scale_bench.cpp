// What an operation costs in stores of many sizes: of the engine, and of a mount. The rounds take turns, so that
// whatever else happens on the machine happens to all sizes; the medians are written as JSON.
#include "tests/bench/median.h"
#include "tests/bench/mount/calls.h"
#include "tests/bench/mount/our_mount.h"
#include "tests/bench/our_store.h"
#include "tests/bench/scratch.h"
#include "tests/bench/timer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace bytestore::bench {
namespace {

constexpr std::size_t kInDirectory = 100;
constexpr std::size_t kInBatch = 1000;
constexpr std::size_t kDirectories = 20;  // that a round of the mount works in, and no other does
constexpr double kMicro = 1e6;

struct Settings {
    std::string disk = ".";
    std::vector<std::size_t> sizes{10'000, 100'000, 1'000'000, 10'000'000};
    std::size_t operations = 20'000;
    int rounds = 5;
};

std::string directory_name(std::size_t directory)
{
    return fmt::format("customer-{:06}", directory);
}

std::string item_name(std::size_t item)
{
    return fmt::format("item-{:02}", item);
}

std::string key_of(std::size_t number)
{
    return directory_name(number / kInDirectory) + ':' + item_name(number % kInDirectory);
}

const std::string& value()
{
    static const std::string bytes(100, 'v');
    return bytes;
}

void list(const std::string& path)
{
    const auto entries = std::distance(std::filesystem::directory_iterator(path), {});
    must(entries == static_cast<std::ptrdiff_t>(kInDirectory), path);
}

// A store of some size, and what was measured of it. Figures are microseconds, but where they say otherwise: of the
// thread on a processor for the engine, which calls from one thread, and of the clock for a mount.
class Sample {
public:
    Sample(const std::string& parent, std::size_t keys)
        : scratch_(parent), keys_(keys), random_(keys), directories_(keys / kInDirectory)
    {
        std::iota(directories_.begin(), directories_.end(), 0UL);
        std::ranges::shuffle(directories_, random_);
    }

    void fill();
    // Each opens and closes the store; the snapshot that it leaves is what the next one opens with.
    void engine_round(std::size_t operations);
    void compact();

    void begin_mount();
    void mount_round();
    void end_mount() { mount_.reset(); }

    nlohmann::json medians() const;

private:
    std::string data() const { return scratch_.path() + "/data"; }
    std::size_t any() { return random_() % keys_; }
    void note(const std::string& what, double seconds, std::size_t operations)
    {
        figures_[what].push_back(seconds * kMicro / static_cast<double>(operations));
    }
    template <class Call>
    void measure_engine(const std::string& what, std::size_t operations, const Call& call);
    template <class Call>
    void measure_mount(const std::string& what, const std::vector<std::string>& paths, const Call& call);
    std::vector<std::string> next_directories();

    const Scratch scratch_;
    const std::size_t keys_;
    std::mt19937_64 random_;
    std::vector<std::size_t> directories_;  // that no round of the mount has been in
    std::unique_ptr<OurMount> mount_;
    std::map<std::string, std::vector<double>> figures_;
};

void Sample::fill()
{
    const auto store = open_store(data(), plain_options());
    const Timer timer;
    for (std::size_t number = 0; number < keys_;) {
        Batch batch;
        for (const auto end = std::min(keys_, number + kInBatch); number < end; ++number) {
            batch.set(key_of(number), value(), now());
        }
        check(store->apply(batch));
    }
    note("fill, a key", timer.cpu_seconds(), keys_);
    check(store->sync());
    check(store->close());
}

template <class Call>
void Sample::measure_engine(const std::string& what, std::size_t operations, const Call& call)
{
    const Timer timer;
    for (std::size_t i = 0; i < operations; ++i) {
        call();
    }
    note(what, timer.cpu_seconds(), operations);
}

void Sample::engine_round(std::size_t operations)
{
    const Timer opening;
    const auto store = open_store(data(), plain_options());
    note("open", opening.wall_seconds(), 1);
    measure_engine("get", operations, [&] { check(store->get(key_of(any()))); });
    measure_engine("set", operations, [&] { check(store->set(key_of(any()), value(), now())); });
    measure_engine("list 100 keys", operations / kInDirectory, [&] {
        const auto prefix = directory_name(any() / kInDirectory) + ':';
        const auto page = store->list({.prefix = prefix, .delimiter = ':', .after = {}, .limit = kInBatch});
        must(page.size() == kInDirectory, "a listing");
    });
    check(store->close());
}

void Sample::compact()
{
    const auto store = open_store(data(), plain_options());
    const Timer timer;
    check(store->compact());
    note("compact, a key", timer.wall_seconds(), keys_);
    check(store->close());
}

void Sample::begin_mount()
{
    const Timer timer;
    mount_ = std::make_unique<OurMount>(data(), scratch_.path() + "/kv");
    note("mount", timer.wall_seconds(), 1);
    figures_["resident bytes of the daemon"].push_back(mount_->daemon_bytes());
}

// As the kernel asks of them the first time: but for the names of the directories, which it knows.
std::vector<std::string> Sample::next_directories()
{
    must(directories_.size() >= kDirectories, "directories enough for so many rounds");
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < kDirectories; ++i, directories_.pop_back()) {
        paths.push_back(mount_->point() + '/' + directory_name(directories_.back()));
        stat_file(paths.back());
    }
    return paths;
}

template <class Call>
void Sample::measure_mount(const std::string& what, const std::vector<std::string>& paths, const Call& call)
{
    const Timer timer;
    std::ranges::for_each(paths, call);
    note("mount: " + what, timer.wall_seconds(), paths.size());
}

void Sample::mount_round()
{
    const auto directories = next_directories();
    std::vector<std::string> paths;
    for (const auto& directory : directories) {
        for (std::size_t item = 0; item < kInDirectory; ++item) {
            paths.push_back(directory + '/' + item_name(item));
        }
    }
    std::ranges::shuffle(paths, random_);
    measure_mount("stat, cold", paths, [](const std::string& path) { stat_file(path); });
    measure_mount("read, cold", paths, read_file);
    measure_mount("list 100 files, cold", directories, list);
    measure_mount("overwrite", paths, [](const std::string& path) { write_file(path, O_TRUNC, value().size()); });
    measure_mount("create", paths,
                  [](const std::string& path) { write_file(path + "-new", O_CREAT | O_EXCL, value().size()); });
    measure_mount("rename", paths, [](const std::string& path) {
        must(::rename((path + "-new").c_str(), (path + "-newer").c_str()) == 0, path);
    });
    measure_mount("unlink", paths,
                  [](const std::string& path) { must(::unlink((path + "-newer").c_str()) == 0, path); });
}

nlohmann::json Sample::medians() const
{
    nlohmann::json all{{"keys", keys_}};
    for (const auto& [what, figures] : figures_) {
        all["figures"][what] = median(figures);
    }
    return all;
}

void in_turns(std::vector<std::unique_ptr<Sample>>& samples, int rounds, const std::function<void(Sample&)>& round)
{
    std::minstd_rand random(1);
    for (int i = 0; i < rounds; ++i) {
        std::ranges::shuffle(samples, random);
        for (const auto& sample : samples) {
            round(*sample);
        }
    }
}

void run(const Settings& settings)
{
    std::vector<std::unique_ptr<Sample>> samples;
    for (const auto keys : settings.sizes) {
        samples.push_back(std::make_unique<Sample>(settings.disk, keys));
    }
    in_turns(samples, 1, [](Sample& sample) { sample.fill(); });
    in_turns(samples, settings.rounds, [&](Sample& sample) { sample.engine_round(settings.operations); });
    in_turns(samples, 1, [](Sample& sample) { sample.compact(); });
    in_turns(samples, 1, [](Sample& sample) { sample.begin_mount(); });
    in_turns(samples, settings.rounds, [](Sample& sample) { sample.mount_round(); });
    in_turns(samples, 1, [](Sample& sample) { sample.end_mount(); });
    auto all = nlohmann::json::array();
    for (const auto& sample : samples) {
        all.push_back(sample->medians());
    }
    std::cout << all.dump(2) << '\n';
}

}  // namespace
}  // namespace bytestore::bench

int main(int argc, char** argv)
{
    using namespace bytestore::bench;
    try {
        Settings settings;
        CLI::App app(
            "Measures what operations cost in stores of many sizes; writes JSON, of which plot_scale makes a picture.");
        app.add_option("--disk", settings.disk, "A directory for the stores")->capture_default_str();
        app.add_option("--sizes", settings.sizes, "Keys of each")->capture_default_str();
        app.add_option("--operations", settings.operations, "Of the engine, a round")->capture_default_str();
        app.add_option("--rounds", settings.rounds)->capture_default_str();
        CLI11_PARSE(app, argc, argv);
        run(settings);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "scale_bench: " << error.what() << '\n';
        return 1;
    }
}
