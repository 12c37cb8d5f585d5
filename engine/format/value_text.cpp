#include "engine/format/value_text.h"

#include "engine/format/json_text.h"
#include "engine/format/json_text_vectors.h"
#include "engine/format/value_codec.h"

#include <algorithm>
#include <utility>

namespace bytestore::format {

namespace {

constexpr std::uint64_t kStride = std::uint64_t{64} << 10;

std::uint64_t mark_length(Kind kind, std::string_view text)
{
    const std::string mark = [kind] {
        std::string escaped;
        append_escaped(escaped, kind == Kind::link ? kLinkMark : kBase64Mark);
        return escaped;
    }();
    return text.starts_with(mark) ? mark.size() : 0;
}

std::unexpected<Error> not_as_recorded()
{
    return fail(Errc::damaged, "a value is not what its record said it was");
}

}  // namespace

ValueText::ValueText(std::shared_ptr<const KnownText> known, Form form, std::uint64_t size, std::uint64_t mark)
    : known_(std::move(known)),
      size_(size),
      begin_(known_->begin + mark),
      form_(form),
      places_{{.byte = 0, .text = begin_}},
      last_(places_.front())
{
}

// Base64 that is not canonical is the value literally, with its mark, and then is not of the length that it should be.
Result<std::unique_ptr<ValueText>> ValueText::of(std::shared_ptr<const KnownText> known, Kind kind, std::uint64_t size,
                                                 const LineSource& source)
{
    const auto length = known->end - known->begin;
    TRY_ASSIGN(const auto start, known->sums.read(source, known->begin, std::min<std::uint64_t>(length, kStride)));
    const auto marked = mark_length(kind, start.view());
    const bool base64 =
        kind == Kind::bytes && marked > 0 && length - marked == base64_chars(static_cast<std::size_t>(size));
    const auto mark = base64 || kind == Kind::link ? marked : 0;
    const auto form = base64 ? Form::base64 : length - mark == size ? Form::same : Form::escaped;
    return std::unique_ptr<ValueText>(new ValueText(std::move(known), form, size, mark));
}

Result<Slice> ValueText::read(const LineSource& source, std::uint64_t offset, std::uint64_t size) const
{
    offset = std::min(offset, size_);
    size = std::min(size, size_ - offset);
    if (size == 0) {
        return Slice();
    }
    switch (form_) {
        case Form::same:
            return known_->sums.read(source, begin_ + offset, size);
        case Form::base64:
            return read_base64(source, offset, size);
        case Form::escaped:
            break;
    }
    return read_escaped(source, offset, size);
}

Result<Slice> ValueText::read_base64(const LineSource& source, std::uint64_t offset, std::uint64_t size) const
{
    const auto first = offset / kBase64Bytes;
    const auto last = (offset + size + kBase64Bytes - 1) / kBase64Bytes;
    TRY_ASSIGN(auto text, known_->sums.read(source, begin_ + first * kBase64Chars, (last - first) * kBase64Chars));
    const auto place = text.begin();
    const auto chars = text.view().size();
    auto bytes = text.take();
    const auto decoded = decode_base64(std::string_view(bytes).substr(place, chars), bytes.data());
    const auto skipped = offset % kBase64Bytes;
    if (decoded == kInvalidBase64 || decoded < skipped + size) {
        return not_as_recorded();
    }
    Slice wanted(std::move(bytes));
    wanted.narrow(skipped, size);
    return wanted;
}

// Undoes escapes from a place before the first byte that is wanted on.
class ValueText::Reading {
public:
    Reading(const ValueText& of, const LineSource& source, Place place, std::uint64_t offset, std::uint64_t size)
        : known_(*of.known_), source_(source), place_(place), offset_(offset), size_(size)
    {
        bytes_.reserve(static_cast<std::size_t>(size) + kWideSlack);
    }

    bool done() const { return bytes_.size() == size_; }
    // Where it goes on.
    Place place() const { return place_; }
    std::string take() { return std::move(bytes_); }

    // Takes text that stands for no more bytes than are still to be skipped or wanted, if an escape is not longer.
    Status step()
    {
        const auto left = offset_ + size_ - place_.byte;
        if (text_.size() < kLongestEscape) {
            TRY(refill(left));
        }
        const auto most = std::max<std::uint64_t>(std::min(left, kStride), kLongestEscape);
        const auto used = undo(std::string_view(text_).substr(0, static_cast<std::size_t>(most)));
        if (used == 0) {
            return not_as_recorded();
        }
        place_.text += used;
        text_.remove_prefix(used);
        return {};
    }

private:
    // Somewhat more than is needed without escapes.
    Status refill(std::uint64_t left)
    {
        const auto least = std::min<std::uint64_t>(left, kPiece / 2);
        const auto wanted = least + least / 8 + 2 * kLongestEscape;
        TRY_ASSIGN(held_,
                   known_.sums.read(source_, place_.text, std::min<std::uint64_t>(wanted, known_.end - place_.text)));
        text_ = held_.view();
        return {};
    }
    // All of `text`, but for an escape that it cuts. It was looked at before: there is nothing in it but characters and
    // escapes.
    std::size_t undo(std::string_view text)
    {
        const auto size = text.size();
        while (!text.empty()) {
            undo_many(text);
            const auto plain = text.substr(0, text.find('\\'));
            take_bytes(plain);
            text.remove_prefix(plain.size());
            const Escape escape = text.empty() ? Escape{} : read_escape(text);
            if (escape.match != Match::yes) {
                break;
            }
            take_bytes({&escape.byte, 1});
            text.remove_prefix(escape.used);
        }
        return size - text.size();
    }
    // As much of its start as vectors can, of what is all wanted.
    void undo_many(std::string_view& text)
    {
        const auto before = bytes_.size();
        if (place_.byte < offset_ || text.size() > size_ - before) {
            return;
        }
        bytes_.resize_and_overwrite(before + text.size() + kWideSlack, [&](char* bytes, std::size_t) {
            return static_cast<std::size_t>(put_unescaped_by_avx512(bytes + before, text) - bytes);
        });
        place_.byte += bytes_.size() - before;
    }
    void take_bytes(std::string_view bytes)
    {
        const auto skipped = std::min<std::uint64_t>(bytes.size(), offset_ - std::min(offset_, place_.byte));
        place_.byte += bytes.size();
        bytes_.append(bytes.substr(skipped, size_ - bytes_.size()));
    }

    const KnownText& known_;
    const LineSource& source_;
    Place place_;
    const std::uint64_t offset_;
    const std::uint64_t size_;
    std::string bytes_;
    Slice held_;
    std::string_view text_;  // of held_, from place_ on
};

Result<Slice> ValueText::read_escaped(const LineSource& source, std::uint64_t offset, std::uint64_t size) const
{
    Reading reading(*this, source, place_before(offset), offset, size);
    Place last = reading.place();
    while (!reading.done()) {
        TRY(reading.step());
        if (reading.place().byte <= offset + size) {
            last = reading.place();
            learn(last, false);
        }
    }
    learn(last, true);
    return Slice(reading.take());
}

std::size_t ValueText::memory_bytes() const
{
    const auto places = form_ == Form::escaped ? size_ / kStride + 1 : 1;
    return sizeof(ValueText) + static_cast<std::size_t>(places) * sizeof(Place);
}

ValueText::Place ValueText::place_before(std::uint64_t byte) const
{
    const std::lock_guard lock(mutex_);
    const auto above = std::ranges::upper_bound(places_, byte, {}, &Place::byte);
    const auto known = *(above - 1);
    return last_.byte <= byte && last_.byte > known.byte ? last_ : known;
}

void ValueText::learn(Place place, bool last) const
{
    const std::lock_guard lock(mutex_);
    if (last) {
        last_ = place;
    } else if (place.byte >= places_.back().byte + kStride) {
        places_.push_back(place);
    }
}

}  // namespace bytestore::format
