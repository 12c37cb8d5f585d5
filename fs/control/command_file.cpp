#include "fs/control/command_file.h"

#include <utility>

namespace bytestore::fs {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

class CommandWriter final : public ControlWriter {
public:
    explicit CommandWriter(CommandFunction run)
        : run_(std::move(run))
    {
    }

    Result<std::size_t> write(std::string_view bytes) override
    {
        TRY(run_(bytes.substr(0, bytes.find_last_not_of(kWhite) + 1)));
        return bytes.size();
    }

private:
    const CommandFunction run_;
};

}  // namespace

std::function<std::unique_ptr<ControlWriter>()> command_writer(CommandFunction run)
{
    return [run = std::move(run)] { return std::make_unique<CommandWriter>(run); };
}

std::function<std::unique_ptr<ControlWriter>()> trigger_writer(std::function<Status()> action)
{
    return command_writer([action = std::move(action)](std::string_view command) {
        return command == "1" ? action() : fail(Errc::invalid, "takes 1, and nothing else");
    });
}

}  // namespace bytestore::fs
