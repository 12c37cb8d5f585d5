#include "fs/fuse/request_loop.h"

#include "engine/io/os_error.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace bytestore::fuse {
namespace {

using Clock = std::chrono::steady_clock;

// How often the leader is looked at, and after how many looks at one that found nothing to do no longer.
constexpr std::chrono::milliseconds kTick{1};
constexpr unsigned kQuietTicks = 100;

// So many requests at most wait for something at a time; the next is read when one of them is done.
constexpr std::size_t kMostThreads = 64;

}  // namespace

struct RequestLoop::Buffer : fuse_buf {
    Buffer()
        : fuse_buf{}
    {
    }
    ~Buffer() { std::free(mem); }  // libfuse takes it with malloc
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
};

struct RequestLoop::Worker {
    explicit Worker(RequestLoop& of)
        : loop(of)
    {
    }

    bool leads() const { return loop.leader_.load(std::memory_order_relaxed) == this; }

    RequestLoop& loop;
    Buffer buffer;
    std::atomic<std::uint64_t> step = 0;  // odd while a request is processed

    static thread_local Worker* current;
};

thread_local RequestLoop::Worker* RequestLoop::Worker::current = nullptr;

RequestLoop::RequestLoop(fuse_session* session)
    : session_(session), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
}

RequestLoop::~RequestLoop()
{
    ::close(wake_);
}

Status RequestLoop::answer_first()
{
    Buffer buffer;
    int received = -EINTR;
    while (received == -EINTR) {
        received = fuse_session_receive_buf(session_, &buffer);
    }
    if (received < 0) {
        return os_failure(-received, "read from", "the mount");
    }
    if (received > 0) {
        fuse_session_process_buf(session_, &buffer);
    }
    return {};
}

Status RequestLoop::run(Pace pace)
{
    pace_ = pace;
    const int fd = fuse_session_fd(session_);
    if (wake_ < 0 || ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) {
        return os_failure(errno, "serve", "the mount");
    }
    work();
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(mutex_);
        threads.swap(threads_);
    }
    for (auto& thread : threads) {
        thread.join();
    }
    return std::move(status_);
}

void RequestLoop::stop()
{
    fuse_session_exit(session_);
    ::eventfd_write(wake_, 1);
}

void RequestLoop::hand_over()
{
    const auto* worker = Worker::current;
    if (worker != nullptr && worker->leads()) {
        worker->loop.pass_on(*worker);
    }
}

void RequestLoop::pass_on(const Worker& worker)
{
    const std::lock_guard lock(mutex_);
    if (worker.leads()) {
        leader_ = nullptr;
        turn_.notify_one();
    }
}

void RequestLoop::work()
{
    Worker worker(*this);
    Worker::current = &worker;
    while (await_turn(worker)) {
        lead(worker);
    }
    Worker::current = nullptr;
}

// Parked, until nobody leads or whoever does is stuck. False once all is over. One of the parked threads watches the
// leader; another follows it in that if it leads itself.
bool RequestLoop::await_turn(Worker& worker)
{
    std::unique_lock lock(mutex_);
    ++parked_;
    while (!ended_ && leader_ != nullptr) {
        if (watched_ || !active_) {
            turn_.wait(lock);
            continue;
        }
        watched_ = true;
        turn_.wait_for(lock, kTick);
        watched_ = false;
        if (finds_it_stuck_locked()) {
            leader_ = nullptr;
        }
    }
    --parked_;
    if (ended_) {
        return false;
    }
    leader_ = &worker;
    if (parked_ == 0) {
        start_worker_locked();
    } else if (!watched_) {
        turn_.notify_one();
    }
    return true;
}

// A look at the leader: whether it is at the same request as at the last one.
bool RequestLoop::finds_it_stuck_locked()
{
    const auto* leader = leader_.load();
    if (leader == nullptr) {
        return false;
    }
    const auto step = leader->step.load();
    const bool moved = leader != seen_leader_ || step != seen_step_;
    seen_leader_ = leader;
    seen_step_ = step;
    quiet_ticks_ = moved ? 0 : quiet_ticks_ + 1;
    if (quiet_ticks_ == kQuietTicks) {
        active_ = false;
    }
    return !moved && step % 2 == 1;
}

// Without one more thread those that there are go on.
void RequestLoop::start_worker_locked()
{
    if (threads_.size() + 1 >= kMostThreads) {
        return;
    }
    try {
        threads_.emplace_back([this] { work(); });
    } catch (const std::exception&) {
        return;
    }
}

void RequestLoop::lead(Worker& worker)
{
    while (worker.leads() && receive(worker)) {
        if (!active_) {
            ask_to_be_watched();
        }
        ++worker.step;
        fuse_session_process_buf(session_, &worker.buffer);
        ++worker.step;
        if (pace_.awake != nullptr) {
            pace_.awake->served();
        }
    }
}

void RequestLoop::ask_to_be_watched()
{
    const std::lock_guard lock(mutex_);
    active_ = true;
    quiet_ticks_ = 0;
    turn_.notify_one();
}

// False once all is over.
bool RequestLoop::receive(Worker& worker)
{
    const auto patience = Clock::now() + pace_.spin;
    while (fuse_session_exited(session_) == 0) {
        const int received = fuse_session_receive_buf(session_, &worker.buffer);
        if (received > 0) {
            return true;
        }
        if (received == -EAGAIN) {
            if (Clock::now() < patience) {
                ::sched_yield();
            } else {
                sleep_until_request();
            }
        } else if (received != -EINTR) {
            end(received == 0 ? Status() : os_failure(-received, "read from", "the mount"));
            return false;
        }
    }
    end({});
    return false;
}

void RequestLoop::sleep_until_request() const
{
    std::array<pollfd, 2> sources{{{.fd = fuse_session_fd(session_), .events = POLLIN, .revents = 0},
                                   {.fd = wake_, .events = POLLIN, .revents = 0}}};
    ::poll(sources.data(), sources.size(), -1);
    if (pace_.rest.count() > 0) {
        ::poll(&sources.back(), 1, static_cast<int>(pace_.rest.count()));
    }
}

void RequestLoop::end(Status status)
{
    const std::lock_guard lock(mutex_);
    if (!std::exchange(ended_, true)) {
        status_ = std::move(status);
    }
    leader_ = nullptr;  // its thread ends, and it with that
    turn_.notify_all();
}

}  // namespace bytestore::fuse
