#include "tools/cli.h"

#include "tools/closest.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iterator>
#include <vector>

namespace bytestore::tools {
namespace {

using namespace std::string_literals;

// CLI11 ends a command at an argument "++", which is a value like any other here. It travels as a string that no
// argument can be.
const std::string kPlusPlus = "++";
const std::string kPlusPlusStandIn = "\0++"s;

std::string unshielded(const std::string& text)
{
    return text == kPlusPlusStandIn ? kPlusPlus : text;
}

std::vector<std::string> shielded_in_reverse(std::span<const std::string> args)
{
    std::vector<std::string> result(args.rbegin(), args.rend());
    std::ranges::replace(result, kPlusPlus, kPlusPlusStandIn);
    return result;
}

class Parser {
public:
    Parser();

    Result<CommandLine> parse(std::span<const std::string> args);

private:
    template <class C>
    CLI::App* add_command(const std::string& name, const std::string& description, C& command);
    void add_set();
    void add_get();
    void add_delete();
    void add_scan();
    void add_batch();
    void add_transfer();
    void add_maintenance();
    void add_store_commands();
    void add_path_commands();
    void add_help();

    Status finish();
    Status finish_help();
    Status finish_set(SetCommand& set);

    std::unexpected<Error> usage_error(const std::string& reason) const;
    std::string overview() const;
    std::string reason(const CLI::ParseError& error) const;
    std::string unknown_command(const std::string& name) const;
    std::vector<std::string> command_names() const;

    CLI::App app_{"A key-value store that keeps its data in a log that a person can read.", "kvs"};
    CommandLine line_;
    SetCommand set_;
    GetCommand get_;
    DeleteCommand delete_;
    ScanCommand scan_;
    BatchCommand batch_;
    ExportCommand export_;
    ImportCommand import_;
    VerifyCommand verify_;
    RepairCommand repair_;
    BackupCommand backup_;
    CompactCommand compact_;
    StatsCommand stats_;
    PathCommand path_;
    KeyCommand key_;
    std::string file_name_;
    std::string help_topic_;

    // Owned by app_.
    CLI::Option* set_value_ = nullptr;
    CLI::Option* set_file_ = nullptr;
    CLI::App* help_ = nullptr;
};

Parser::Parser()
{
    app_.get_formatter()->label("SUBCOMMAND", "COMMAND");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_help_flag("-h,--help", "Print this help and exit");
    app_.set_version_flag("-V,--version", "kvs (ByteStore) " BYTESTORE_VERSION, "Print the version and exit");
    app_.add_option("--dir", line_.directory, "The data directory (default: kvs-data)")
        ->transform(unshielded)
        ->type_name("DIR")
        ->envname("BYTESTORE_DIR")
        ->take_last();
    app_.add_flag("--read-only", line_.read_only, "Refuse every command that would change the store");
    app_.add_flag("-v,--verbose", line_.verbosity, "Say what the store does; twice: in detail");
    app_.footer(
        "--dir and -v may stand before and behind the command. Put -- before a key or a value that starts with '-'.");
    add_set();
    add_get();
    add_delete();
    add_scan();
    add_batch();
    add_transfer();
    add_maintenance();
    add_store_commands();
    add_path_commands();
    add_help();
}

template <class C>
CLI::App* Parser::add_command(const std::string& name, const std::string& description, C& command)
{
    return app_.add_subcommand(name, description)->group("Commands")->callback([this, &command] {
        line_.command = command;
    });
}

CLI::Option* add_text(CLI::App* command, const std::string& name, std::string& text, const std::string& description)
{
    return command->add_option(name, text, description)->transform(unshielded)->type_name("");
}

void Parser::add_set()
{
    CLI::App* command = add_command("set", "Bind KEY to VALUE", set_);
    add_text(command, "KEY", set_.key, "The key")->required();
    set_value_ = add_text(command, "VALUE", set_.value, "The value; '-' reads it from standard input");
    set_file_ = add_text(command, "--file", file_name_, "Read the value from FILE")->type_name("FILE");
}

void Parser::add_get()
{
    CLI::App* command = add_command("get", "Print the value of KEY", get_);
    add_text(command, "KEY", get_.key, "The key")->required();
    CLI::Option* raw =
        command->add_flag("--raw", get_.raw, "Print exactly the bytes of the value, with no newline added");
    command->add_flag("--json", get_.json, "Print a JSON object")->excludes(raw);
}

void Parser::add_delete()
{
    CLI::App* command = add_command("delete", "Remove KEY and its value", delete_)->alias("del")->alias("rm");
    add_text(command, "KEY", delete_.key, "The key")->required();
}

void Parser::add_scan()
{
    CLI::App* command = add_command("scan", "List the keys that start with PREFIX, and their values", scan_);
    add_text(command, "PREFIX", scan_.prefix, "What the keys start with (default: all keys)");
    command->add_flag("--keys-only", scan_.keys_only, "List the keys alone");
    command->add_flag("--json", scan_.json, "Print one JSON object a line");
}

void Parser::add_batch()
{
    CLI::App* command = add_command("batch", "Apply records, one a line, in the form of the log", batch_);
    add_text(command, "FILE", batch_.file, "Where the lines are; '-' or nothing: standard input");
    command->footer("After a line {\"batch\":N} the next N records are applied together or not at all.");
}

void Parser::add_transfer()
{
    CLI::App* command = add_command("export", "Print keys and values as lines that import takes", export_);
    add_text(command, "PREFIX", export_.prefix, "What the keys start with (default: all keys)");
    command->add_flag("--directories", export_.directories, "Print the markers of directories as well");
    command = add_command("import", "Set and delete what lines in the form of the log say", import_);
    add_text(command, "FILE", import_.file, "Where the lines are; '-' or nothing: standard input");
    command->add_flag("--atomic", import_.atomic, "All lines or none; at most 1000000 lines and 256 MiB");
}

void Parser::add_maintenance()
{
    CLI::App* command = add_command("verify", "Read the whole log and tell what is wrong with it", verify_);
    command->add_flag("--json", verify_.json, "Print one JSON object a line");
    command = add_command("repair", "Save what can be had of a damaged store into a new one", repair_);
    add_text(command, "OUT", repair_.target, "The new data directory")->required();
    command->add_flag("--json", repair_.json, "Print one JSON object a line");
    command = add_command("backup", "Copy the store, which may be in use, to a new directory", backup_);
    add_text(command, "DEST", backup_.target, "The new data directory")->required();
}

void Parser::add_store_commands()
{
    add_command("compact", "Drop overwritten and deleted records from the log", compact_);
    CLI::App* command = add_command("stats", "Print the size of the store", stats_);
    command->add_flag("--json", stats_.json, "Print a JSON object, with more numbers");
}

void Parser::add_path_commands()
{
    add_text(add_command("path", "Print the path of KEY below a mount point", path_), "KEY", path_.key, "The key")
        ->required();
    add_text(add_command("key", "Print the key that PATH shows", key_), "PATH", key_.path,
             "The path, below the mount point")
        ->required();
}

void Parser::add_help()
{
    help_ = app_.add_subcommand("help", "Print this help, or that of COMMAND")->group("Commands");
    add_text(help_, "COMMAND", help_topic_, "The command");
}

Result<CommandLine> Parser::parse(std::span<const std::string> args)
{
    if (args.empty()) {
        line_.command = ShowText{overview(), ExitCode::failed};
        return std::move(line_);
    }
    try {
        app_.parse(shielded_in_reverse(args));
    } catch (const CLI::CallForHelp&) {
        line_.command = ShowText{app_.help()};
        return std::move(line_);
    } catch (const CLI::CallForVersion& version) {
        line_.command = ShowText{version.what() + "\n"s};
        return std::move(line_);
    } catch (const CLI::ParseError& error) {
        return usage_error(reason(error));
    }
    TRY(finish());
    return std::move(line_);
}

Status Parser::finish()
{
    if (line_.directory.empty()) {
        return usage_error("the name of the data directory is empty");
    }
    if (help_->parsed()) {
        return finish_help();
    }
    if (auto* const set = std::get_if<SetCommand>(&line_.command)) {
        return finish_set(*set);
    }
    return {};
}

Status Parser::finish_help()
{
    if (help_topic_.empty()) {
        line_.command = ShowText{overview()};
        return {};
    }
    if (std::ranges::count(command_names(), help_topic_) == 0) {
        return usage_error(unknown_command(help_topic_));
    }
    line_.command = ShowText{app_.get_subcommand(help_topic_)->help("kvs")};
    return {};
}

Status Parser::finish_set(SetCommand& set)
{
    const bool argument = set_value_->count() > 0;
    const bool file = set_file_->count() > 0;
    if (argument && file) {
        return usage_error("set takes VALUE or --file, not both");
    }
    if (!argument && !file) {
        return usage_error("set needs VALUE, '-' or --file FILE");
    }
    if (file) {
        set.source = SetCommand::Source::file;
        set.value = file_name_;
    } else if (set.value == "-") {
        set.source = SetCommand::Source::standard_input;
    }
    return {};
}

std::unexpected<Error> Parser::usage_error(const std::string& reason) const
{
    const auto parsed = app_.get_subcommands();
    const std::string topic = parsed.empty() || parsed.front() == help_ ? "" : " " + parsed.front()->get_name();
    return fail(Errc::invalid, fmt::format("{}; see 'kvs help{}'", reason, topic));
}

// App::help() is that of the command that was parsed, which may be `help` itself.
std::string Parser::overview() const
{
    return app_.get_formatter()->make_help(&app_, app_.get_name(), CLI::AppFormatMode::Normal);
}

// What was left over is what the user mistyped, whatever else CLI11 finds wrong because of it.
std::string Parser::reason(const CLI::ParseError& error) const
{
    auto left = app_.remaining(true);
    std::erase(left, "--");
    const bool no_command = app_.get_subcommands().empty();
    if (left.empty()) {
        return no_command && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ? "no command was given"
                                                                                        : error.what();
    }
    const std::string first = unshielded(left.front());
    if (first.size() > 1 && first.starts_with('-')) {
        return fmt::format("unknown option '{}' (-- goes before a key or value that starts with '-')", first);
    }
    return no_command ? unknown_command(first) : fmt::format("unexpected argument '{}'", first);
}

std::string Parser::unknown_command(const std::string& name) const
{
    const auto meant = closest(name, command_names());
    return fmt::format("unknown command '{}'{}", name, meant ? fmt::format(" (did you mean '{}'?)", *meant) : "");
}

std::vector<std::string> Parser::command_names() const
{
    std::vector<std::string> names;
    for (const CLI::App* command : app_.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
        std::ranges::copy(command->get_aliases(), std::back_inserter(names));
    }
    return names;
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<const std::string> args)
{
    Parser parser;
    return parser.parse(args);
}

}  // namespace bytestore::tools
