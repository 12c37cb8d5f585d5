#include "fs/fuse/options.h"

#include "fs/fuse/fuse_args.h"
#include "fs/fuse/option_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sched.h>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

namespace bytestore::fuse {
namespace {

constexpr int kKernelFlagKey = 1000;  // the keys below are indexes of known options

// Collects what fuse_opt_parse finds.
class CommandLine {
public:
    CommandLine(int argc, const char* const* argv)
        : argc_(argc), argv_(argv)
    {
        const std::string_view program = argv[0];
        options_.from_mount = program.substr(program.rfind('/') + 1).starts_with("mount.");
    }

    Result<MountOptions> parse();

private:
    static int on_argument(void* self, const char* argument, int key, fuse_args* kept) noexcept;
    void know(std::span<const Option> options);
    std::vector<fuse_opt> templates() const;
    Status take(std::string_view argument, int key);
    Status take_place(std::string_view argument);
    Status take_other(std::string_view argument) const;

    int argc_;
    const char* const* argv_;
    MountOptions options_;
    std::vector<Option> known_;
    std::size_t places_ = 0;
    Error error_;
};

Result<MountOptions> CommandLine::parse()
{
    know(flag_table());
    know(mount_option_table());
    if (options_.from_mount) {
        know(helper_flag_table());
    }
    if (std::string_view(argv_[argc_ - 1]) == "-o") {
        return fail(Errc::invalid, "-o wants options behind it; see bytestore-mount --help");
    }
    FuseArgs arguments(argc_, argv_);
    if (fuse_opt_parse(arguments.get(), this, templates().data(), on_argument) != 0) {
        return std::unexpected(std::move(error_));
    }
    if (options_.action == MountOptions::Action::mount && places_ < 2) {
        return fail(Errc::invalid, "wants a data directory and a mount point; see bytestore-mount --help");
    }
    return std::move(options_);
}

int CommandLine::on_argument(void* self, const char* argument, int key, fuse_args*) noexcept
{
    auto& line = *static_cast<CommandLine*>(self);
    if (auto taken = line.take(argument, key); !taken) {
        line.error_ = std::move(taken.error());
        return -1;
    }
    return 0;
}

void CommandLine::know(std::span<const Option> options)
{
    known_.insert(known_.end(), options.begin(), options.end());
}

std::vector<fuse_opt> CommandLine::templates() const
{
    std::vector<fuse_opt> all;
    all.reserve(known_.size() + kernel_flag_table().size() + ignored_table().size() + 1);
    for (std::size_t index = 0; index < known_.size(); ++index) {
        all.push_back(FUSE_OPT_KEY(known_[index].name, static_cast<int>(index)));
    }
    for (const char* name : kernel_flag_table()) {
        all.push_back(FUSE_OPT_KEY(name, kKernelFlagKey));
    }
    for (const char* name : ignored_table()) {
        all.push_back(FUSE_OPT_KEY(name, FUSE_OPT_KEY_DISCARD));
    }
    all.push_back(FUSE_OPT_END);
    return all;
}

Status CommandLine::take(std::string_view argument, int key)
{
    if (key == FUSE_OPT_KEY_NONOPT) {
        return take_place(argument);
    }
    if (key == FUSE_OPT_KEY_OPT) {
        return take_other(argument);
    }
    if (key == kKernelFlagKey) {
        options_.flags.emplace_back(argument);
        return {};
    }
    const Option& option = known_[static_cast<std::size_t>(key)];
    const std::string_view name = option.name;
    if (auto applied = option.apply(options_, argument.substr(name.size())); !applied) {
        return fail(Errc::invalid, fmt::format("option {}: {}", argument, applied.error().message));
    }
    return {};
}

Status CommandLine::take_place(std::string_view argument)
{
    switch (places_++) {
        case 0:
            options_.data_dir = argument;
            return {};
        case 1:
            options_.mount_point = argument;
            return {};
        default:
            return fail(Errc::invalid, fmt::format("unexpected argument: {}", argument));
    }
}

Status CommandLine::take_other(std::string_view argument) const
{
    if (argument.empty() || argument.starts_with("x-") || argument.starts_with("X-")) {
        return {};  // notes to systemd and others that read fstab
    }
    if (argument == "remount") {
        return fail(Errc::invalid,
                    "remount is not possible: unmount, and mount again with the options that are wanted");
    }
    for (const Option& option : known_) {
        if (std::string_view(option.name) == fmt::format("{}=", argument)) {
            return fail(Errc::invalid,
                        fmt::format("option {} wants a value: {}{}", argument, option.name, option.value));
        }
    }
    return fail(Errc::invalid, fmt::format("unknown option: {}; see bytestore-mount --help", argument));
}

std::string help_lines(std::span<const Option> options)
{
    std::string text;
    for (const Option& option : options) {
        text += fmt::format("  {:<24} {}\n", fmt::format("{}{}", option.name, option.value), option.help);
    }
    return text;
}

}  // namespace

std::chrono::microseconds default_spin()
{
    cpu_set_t cpus{};
    const bool one = ::sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) == 1;
    return std::chrono::microseconds(one ? 0 : 200);
}

Result<MountOptions> parse_options(int argc, const char* const* argv)
{
    if (argc < 1) {
        return fail(Errc::invalid, "started without a name");
    }
    return CommandLine(argc, argv).parse();
}

std::string help_text()
{
    return fmt::format(
        "Usage: bytestore-mount [-fdv] [-o option[,option...]] DATADIR MOUNTPOINT\n"
        "Shows the store in DATADIR as files under MOUNTPOINT, until umount MOUNTPOINT.\n\n"
        "{}"
        "  -o OPTION[,OPTION...]    mount options, as follows\n\n"
        "Options for -o, with their defaults:\n{}\n"
        "Handed on to the kernel: {}\n"
        "Ignored: {} and x-...\n",
        help_lines(flag_table()), help_lines(mount_option_table()), fmt::join(kernel_flag_table(), " "),
        fmt::join(ignored_table(), " "));
}

std::string version_text()
{
    return fmt::format("bytestore-mount {}\nlibfuse {}\n", BYTESTORE_VERSION, fuse_pkgversion());
}

}  // namespace bytestore::fuse
