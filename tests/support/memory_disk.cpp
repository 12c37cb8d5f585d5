#include "tests/support/memory_disk.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bytestore::test {
namespace {

// The clock of a file system ticks seldom: what is done between two ticks bears the same time.
constexpr std::uint64_t kChangesPerTick = 8;
constexpr std::int64_t kTick = 4'000'000;

// What is older than so many changes of its file, the kernel has written back by itself.
constexpr std::size_t kUnsafeChanges = 50;

std::uint64_t below(std::uint64_t bound, std::mt19937& random)
{
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
}

// What becomes of the unsafe changes of one file, or of the directory.
class Fate {
public:
    enum class Of : std::uint8_t { lost, torn, kept };

    // `moments`: the sequence numbers of all unsafe changes of the disk, in order.
    Fate(Loss loss, std::vector<std::uint64_t> moments, std::mt19937& random)
        : loss_(loss), moments_(std::move(moments)), random_(random)
    {
        moment_ = some_moment();
    }

    // One file may be on the disk as it was last, and another not at all. The directory is one as well.
    void begin_file()
    {
        if (loss_ == Loss::any) {
            way_ = static_cast<Way>(below(4, random_));
            moment_ = some_moment();
        }
    }

    Of of(std::uint64_t sequence)
    {
        if (loss_ == Loss::everything || way_ == Way::nothing) {
            return Of::lost;
        }
        if (way_ == Way::all) {
            return Of::kept;
        }
        if (way_ == Way::until_a_moment) {
            return sequence < moment_ ? Of::kept : sequence == moment_ ? Of::torn : Of::lost;
        }
        return static_cast<Of>(below(3, random_));
    }

    std::mt19937& random() { return random_; }

private:
    enum class Way : std::uint8_t { until_a_moment, any_part, all, nothing };

    // Rather a late one: the early ones belong to files that are never synced.
    std::uint64_t some_moment()
    {
        if (moments_.empty()) {
            return 0;
        }
        const auto late = std::min<std::uint64_t>(moments_.size(), std::uint64_t{1} << below(7, random_));
        return moments_[moments_.size() - 1 - below(late, random_)];
    }

    const Loss loss_;
    const std::vector<std::uint64_t> moments_;
    Way way_ = Way::until_a_moment;
    std::uint64_t moment_ = 0;
    std::mt19937& random_;
};

// Some piece of the write is there; in the place of the rest is what was there before, or a hole.
void apply_torn(const MemoryInode::Change& change, std::string& bytes, std::mt19937& random)
{
    if (!change.written) {
        return;
    }
    const auto size = change.written->size();
    const bool has_beginning = below(2, random) == 0;
    const bool has_end = below(2, random) == 0;
    const auto begin = has_beginning ? 0 : below(size + 1, random);
    const auto end = has_end ? size : begin + below(size + 1 - begin, random);
    MemoryInode::apply({.offset = change.offset + begin, .written = change.written->substr(begin, end - begin)}, bytes);
    if (below(4, random) == 0) {
        bytes.resize(std::max<std::size_t>(bytes.size(), change.offset + size));
    }
}

}  // namespace

void MemoryInode::apply(const Change& change, std::string& bytes)
{
    if (!change.written) {
        bytes.resize(change.offset);
    } else if (!change.written->empty()) {
        bytes.resize(std::max<std::size_t>(bytes.size(), change.offset + change.written->size()));
        bytes.replace(change.offset, change.written->size(), *change.written);
    }
}

MemoryDisk::MemoryDisk(const MemoryDisk& other)
    : sequence_(other.sequence_)
{
    std::map<const MemoryInode*, Inode> copies;
    const auto copy = [&](const Inode& inode) {
        auto& made = copies[inode.get()];
        if (inode && !made) {
            made = std::make_shared<MemoryInode>(*inode);
            made->lock_holder = nullptr;
            numbers_[made->number] = made;
        }
        return made;
    };
    for (const auto& [name, inode] : other.names_) {
        names_[name] = copy(inode);
    }
    for (const auto& [name, inode] : other.safe_names_) {
        safe_names_[name] = copy(inode);
    }
    for (auto change : other.unsafe_names_) {
        change.inode = copy(change.inode);
        unsafe_names_.push_back(std::move(change));
    }
}

MemoryDisk::MemoryDisk(const MemoryDisk& other, Loss loss, std::mt19937& random)
    : MemoryDisk(other)
{
    Fate fate(loss, unsafe_moments(), random);
    fate.begin_file();
    for (const auto& change : std::exchange(unsafe_names_, {})) {
        if (fate.of(change.sequence) == Fate::Of::kept) {
            apply(change, safe_names_);
        }
    }
    names_ = safe_names_;
    for (const auto& [name, inode] : names_) {
        fate.begin_file();
        const bool older_time = below(2, random) == 0;
        inode->content = inode->safe_content;
        for (const auto& change : std::exchange(inode->unsafe, {})) {
            const auto of = fate.of(change.sequence);
            if (of == Fate::Of::kept) {
                inode->apply(change);
            } else if (of == Fate::Of::torn) {
                apply_torn(change, inode->content, fate.random());
            }
        }
        inode->mtime = older_time ? inode->safe_mtime : inode->mtime;
        sync(*inode);
    }
}

MemoryDisk::Inode MemoryDisk::create(const std::string& name)
{
    auto inode = std::make_shared<MemoryInode>();
    inode->number = free_number();
    inode->mtime = static_cast<std::int64_t>(sequence_ / kChangesPerTick) * kTick;
    numbers_[inode->number] = inode;
    link(inode, name);
    return inode;
}

// The lowest: a file system that gives numbers out again at once is the one that confuses most.
std::uint64_t MemoryDisk::free_number()
{
    std::uint64_t number = 2;
    while (numbers_.contains(number) && !numbers_[number].expired()) {
        ++number;
    }
    return number;
}

void MemoryDisk::rename(const std::string& from, const std::string& to)
{
    if (names_.at(from) != (names_.contains(to) ? names_.at(to) : nullptr)) {
        change_name({.name = to, .inode = names_.at(from), .renamed_from = from});
    }
}

void MemoryDisk::apply(const NameChange& change, Names& names)
{
    if (change.inode) {
        names[change.name] = change.inode;
    } else {
        names.erase(change.name);
    }
    // Only if it was there: its creation may be lost, or it may be another file's by now.
    const auto from = names.find(change.renamed_from);
    if (from != names.end() && from->second == change.inode) {
        names.erase(from);
    }
}

void MemoryDisk::change_name(NameChange change)
{
    change.sequence = sequence_++;
    apply(change, names_);
    unsafe_names_.push_back(std::move(change));
}

void MemoryDisk::sync_names()
{
    safe_names_ = names_;
    unsafe_names_.clear();
}

void MemoryDisk::write(MemoryInode& inode, std::uint64_t offset, std::string_view bytes)
{
    change(inode, {.offset = offset, .written = std::string(bytes)});
}

void MemoryDisk::truncate(MemoryInode& inode, std::uint64_t size)
{
    change(inode, {.offset = size, .written = std::nullopt});
}

void MemoryDisk::change(MemoryInode& inode, MemoryInode::Change change)
{
    change.sequence = sequence_++;
    inode.mtime = static_cast<std::int64_t>(sequence_ / kChangesPerTick) * kTick;
    inode.apply(change);
    inode.unsafe.push_back(std::move(change));
    if (inode.unsafe.size() > kUnsafeChanges) {
        MemoryInode::apply(inode.unsafe.front(), inode.safe_content);
        inode.unsafe.erase(inode.unsafe.begin());
    }
}

void MemoryDisk::sync(MemoryInode& inode)
{
    inode.safe_content = inode.content;
    inode.safe_mtime = inode.mtime;
    inode.unsafe.clear();
}

std::uint64_t MemoryDisk::links(const MemoryInode& inode) const
{
    return static_cast<std::uint64_t>(
        std::ranges::count_if(names_, [&](const auto& named) { return named.second.get() == &inode; }));
}

std::vector<std::uint64_t> MemoryDisk::unsafe_moments() const
{
    std::set<std::uint64_t> moments;
    for (const auto& change : unsafe_names_) {
        moments.insert(change.sequence);
    }
    for (const auto* names : {&names_, &safe_names_}) {
        for (const auto& [name, inode] : *names) {
            for (const auto& change : inode->unsafe) {
                moments.insert(change.sequence);
            }
        }
    }
    return {moments.begin(), moments.end()};
}

}  // namespace bytestore::test
