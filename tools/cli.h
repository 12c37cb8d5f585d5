// The command line of kvs, parsed. What each command does is told by kvs(1).
#pragma once

#include "engine/result.h"
#include "tools/exit_code.h"

#include <span>
#include <string>
#include <variant>

namespace bytestore::tools {

// Help and the version.
struct ShowText {
    std::string text;
    ExitCode exit = ExitCode::ok;  // if not ok, the text goes to standard error
};

struct SetCommand {
    enum class Source { argument, standard_input, file };
    std::string key;
    Source source = Source::argument;
    std::string value;  // the value itself, or the name of the file
};

struct GetCommand {
    std::string key;
    bool raw = false;
    bool json = false;
};

struct DeleteCommand {
    std::string key;
};

struct ScanCommand {
    std::string prefix;
    bool keys_only = false;
    bool json = false;
};

struct BatchCommand {
    std::string file = "-";  // "-" is standard input
};

struct ExportCommand {
    std::string prefix;
    bool directories = false;
};

struct ImportCommand {
    std::string file = "-";  // "-" is standard input
    bool atomic = false;
};

struct VerifyCommand {
    bool json = false;
};

struct RepairCommand {
    std::string target;
    bool json = false;
};

struct BackupCommand {
    std::string target;
};

struct CompactCommand {};

struct StatsCommand {
    bool json = false;
};

struct PathCommand {
    std::string key;
};

struct KeyCommand {
    std::string path;
};

using Command = std::variant<ShowText, SetCommand, GetCommand, DeleteCommand, ScanCommand, BatchCommand, ExportCommand,
                             ImportCommand, VerifyCommand, RepairCommand, BackupCommand, CompactCommand, StatsCommand,
                             PathCommand, KeyCommand>;

struct CommandLine {
    std::string directory = "kvs-data";
    bool read_only = false;
    int verbosity = 0;
    Command command;
};

// `args` are those behind the program's name. Errc::invalid names what is wrong and where help is. The environment
// variable BYTESTORE_DIR stands in for a missing --dir.
Result<CommandLine> parse_command_line(std::span<const std::string> args);

}  // namespace bytestore::tools
