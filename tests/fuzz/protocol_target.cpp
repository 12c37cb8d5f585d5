// What a daemon takes on its socket, and what kvs makes of answers. Bytes that begin like a frame are sent as they are,
// but for the checksums of their headers, which are made right; of any other text, each line is the head of a frame,
// and its body what stands behind a tab.
#include "fs/remote/codec.h"
#include "fs/remote/conversation.h"
#include "tests/fuzz/fuzz.h"

#include <sys/socket.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <stdexcept>

namespace bytestore::fuzz {
namespace {

using remote::Json;

constexpr std::string_view kMagic = "BYTS";
constexpr std::size_t kSumAt = 20;
constexpr std::size_t kMost = 100'000;  // less than a socket holds, so that nobody waits for anybody

// A store of a few keys, as far as a daemon shows it.
class FewKeys final : public remote::Backend {
public:
    Result<std::optional<remote::Value>> get(const std::string& key) override
    {
        const auto found = values_.find(key);
        return found == values_.end() ? std::optional<remote::Value>()
                                      : std::optional(remote::Value{.kind = Kind::bytes, .bytes = found->second});
    }
    Result<std::vector<ListItem>> list(const ListRequest& request) override
    {
        std::vector<ListItem> items;
        for (auto it = values_.lower_bound(request.prefix); it != values_.end() && items.size() < request.limit; ++it) {
            items.push_back({.name = it->first, .group = false, .entry = {}});
        }
        return items;
    }
    Status set(const std::string& key, std::string_view value) override
    {
        TRY(check_key(key));
        values_[key] = value.substr(0, 10);
        return {};
    }
    Result<bool> remove(const std::string& key) override { return values_.erase(key) > 0; }
    Status apply(const Batch& batch) override
    {
        for (const auto& operation : batch.operations()) {
            TRY(set(operation.key, operation.value()));
        }
        return {};
    }
    Result<CompactionReport> compact() override { return CompactionReport(); }
    Result<Stats> stats() override { return Stats(); }
    Status sync() override { return {}; }
    Status close() override { return {}; }
    std::uint64_t max_value() const override { return 1000; }

private:
    std::map<std::string, std::string> values_{{"a", "1"}, {"b", "2"}};
};

std::string frame_of(std::string_view line)
{
    const auto tab = std::min(line.find('\t'), line.size());
    const auto head = line.substr(0, tab);
    const auto body = line.substr(std::min(tab + 1, line.size()));
    const auto header =
        remote::encode_header({.head_bytes = static_cast<std::uint32_t>(head.size()), .body_bytes = body.size()});
    return std::string(header.data(), header.size()).append(head).append(body);
}

std::string frames_of(std::string_view text)
{
    std::string frames;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        frames += frame_of(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return frames;
}

std::string mended(std::string frames)
{
    for (auto at = frames.find(kMagic); at != frames.npos && at + remote::kHeaderBytes <= frames.size();
         at = frames.find(kMagic, at + remote::kHeaderBytes)) {
        const std::uint64_t sum = XXH3_64bits(frames.data() + at, kSumAt);
        for (std::size_t i = 0; i < 4; ++i) {
            frames[at + kSumAt + i] = static_cast<char>(sum >> (8 * i));
        }
    }
    return frames;
}

void check_serving(const std::string& frames, remote::Access access)
{
    std::array<int, 2> ends{};
    require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "there are sockets");
    const fs::Descriptor client(ends[0]);
    require(::send(client.get(), frames.data(), frames.size(), MSG_DONTWAIT) == static_cast<ssize_t>(frames.size()),
            "a socket holds a few frames");
    ::shutdown(client.get(), SHUT_WR);
    FewKeys keys;
    remote::Conversation conversation(fs::Descriptor(ends[1]), keys, {.access = access, .denial = "denied"});
    std::array<char, 4096> drained{};
    while (conversation.go_on() != remote::Conversation::Step::over) {
        while (::recv(client.get(), drained.data(), drained.size(), MSG_DONTWAIT) > 0) {
        }
    }
}

// What a decoder throws of its own accord for what is malformed.
template <class Decode>
void decode(const Json& json, Decode decode)
{
    try {
        const auto value = decode(json);
        const auto text = remote::json_of(value).dump();
        require(remote::json_of(decode(Json::parse(text))).dump() == text, "what was decoded is encoded the same");
    } catch (const Json::exception&) {
    } catch (const std::out_of_range&) {  // an empty delimiter
    }
}

void check_codec(std::string_view text)
{
    const auto head = remote::decode_head(text);
    if (!head) {
        return;
    }
    decode(*head, remote::error_from);
    decode(*head, remote::meta_from);
    decode(*head, remote::list_request_from);
    decode(*head, remote::list_item_from);
    decode(*head, remote::stats_from);
    decode(*head, remote::report_from);
    for (const auto& member : *head) {
        decode(member, remote::kind_from);
        decode(member, [](const Json& json) { return Error{.message = remote::bytes_from(json)}.message; });
    }
}

}  // namespace
}  // namespace bytestore::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace bytestore::fuzz;
    const auto text = text_of(data, std::min(size, kMost));
    const auto frames = text.starts_with(kMagic) ? mended(std::string(text)) : frames_of(text.substr(0, kMost / 50));
    check_serving(frames, {.reads = true, .writes = true});
    check_serving(frames, {.reads = true, .writes = false});
    check_codec(text.substr(0, text.find('\n')));
    return 0;
}
