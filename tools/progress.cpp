#include "tools/progress.h"

#include <fmt/format.h>

#include <ostream>
#include <utility>

namespace bytestore::tools {
namespace {

constexpr std::chrono::milliseconds kOnTerminal{200};
constexpr std::chrono::seconds kInLog{5};
constexpr const char* kWipe = "\r\x1b[K";

}  // namespace

Progress::Progress(Session& session, std::string done)
    : session_(session), done_(std::move(done)), next_(Clock::now() + kOnTerminal)
{
}

Progress::~Progress()
{
    if (shown_) {
        session_.io.err << kWipe << std::flush;
    }
}

void Progress::update(std::uint64_t records, std::uint64_t bytes)
{
    const auto now = Clock::now();
    if (now < next_) {
        return;
    }
    const auto text = fmt::format("{} {} record(s), {} bytes", done_, records, bytes);
    if (session_.io.err_is_terminal) {
        session_.io.err << kWipe << text << std::flush;
        shown_ = true;
        next_ = now + kOnTerminal;
    } else {
        session_.log(LogLevel::info, text);
        next_ = now + kInLog;
    }
}

}  // namespace bytestore::tools
