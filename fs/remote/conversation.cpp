#include "fs/remote/conversation.h"

#include <poll.h>

#include <chrono>
#include <new>
#include <utility>

namespace bytestore::remote {
namespace {

constexpr std::uint64_t kMuch = std::uint64_t{1} << 18;

}  // namespace

short Conversation::awaits() const
{
    return answer_ ? POLLOUT : POLLIN;
}

bool Conversation::holds_much() const
{
    return reader_.bytes() + answers_.batch_bytes() + (writer_ ? writer_->bytes() : 0) > kMuch;
}

bool Conversation::is_late(Clock::time_point now, Milliseconds patience) const
{
    return !is_idle() && now > begun_ + time_for(moved_, patience);
}

void Conversation::begin()
{
    begun_ = Clock::now();
    moved_ = 0;
}

Conversation::Step Conversation::go_on()
{
    if (answer_) {
        return send();
    }
    if (is_idle()) {
        begin();
    }
    const auto moved = receive();
    if (!moved) {
        const bool gone = moved.error().os_error != 0;
        return gone ? Step::over : answer_with(answers_.refusal(moved.error()));
    }
    moved_ += moved->bytes;
    if (!moved->whole) {
        return moved->bytes > 0 ? Step::moved : Step::stuck;
    }
    auto frame = reader_.take();
    return answer_with(frame ? answers_.take(std::move(*frame)) : answers_.refusal(std::move(frame.error())));
}

Result<Moved> Conversation::receive()
{
    try {
        return reader_.read(socket_.get(), answers_.limits());
    } catch (const std::bad_alloc&) {
        return fail(Errc::no_memory, "the daemon is out of memory");
    }
}

Conversation::Step Conversation::answer_with(std::optional<Answer> answer)
{
    if (!answer) {
        return Step::moved;
    }
    begin();
    answer_ = std::move(answer);
    writer_.emplace(answer_->head, answer_->body);
    return send();
}

Conversation::Step Conversation::send()
{
    const auto moved = writer_->write(socket_.get());
    if (!moved || (moved->whole && answer_->last)) {
        return Step::over;
    }
    moved_ += moved->bytes;
    if (moved->whole) {
        writer_.reset();
        answer_.reset();
    }
    return moved->bytes > 0 ? Step::moved : Step::stuck;
}

void Conversation::part(Clock::time_point deadline)
{
    while (answer_) {
        const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now());
        if (left <= Milliseconds(0) || !ready_within(socket_.get(), POLLOUT, left) || send() == Step::over) {
            return;
        }
    }
    // There is room for it, unless the other side has left answers lying there, and waits for nothing.
    ignore(FrameWriter(goodbye(), "").write(socket_.get()));
}

}  // namespace bytestore::remote
