// Control files that take one command as one write.
#pragma once

#include "fs/control/control_file.h"

#include <functional>
#include <memory>
#include <string_view>

namespace bytestore::fs {

using CommandFunction = std::function<Status(std::string_view command)>;

// Hands each write to `run`, without white space at its end.
std::function<std::unique_ptr<ControlWriter>()> command_writer(CommandFunction run);
// Takes the command 1, as in /proc and /sys. Errc::invalid for any other.
std::function<std::unique_ptr<ControlWriter>()> trigger_writer(std::function<Status()> action);

}  // namespace bytestore::fs
