// The checksum with the widest vectors that the processor has, which is for the library to find out. (Of a short text
// it is faster inlined.)
#include "engine/format/checksum.h"

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>
#ifdef BYTESTORE_XXHASH_DISPATCH
#include <xxh_x86dispatch.h>  // the functions below are others then
#endif

namespace bytestore::format {

namespace {

XXH3_state_t* of_library(std::byte* state)
{
    return reinterpret_cast<XXH3_state_t*>(state);
}

const XXH3_state_t* of_library(const std::byte* state)
{
    return reinterpret_cast<const XXH3_state_t*>(state);
}

}  // namespace

std::uint64_t checksum_of_many(std::string_view bytes)
{
    return XXH3_64bits(bytes.data(), bytes.size());
}

Checksum::Checksum()
{
    static_assert(sizeof state_ == sizeof(XXH3_state_t) && alignof(Checksum) >= alignof(XXH3_state_t));
    new (state_.data()) XXH3_state_t;
    XXH3_64bits_reset(of_library(state_.data()));
}

void Checksum::add(std::string_view bytes)
{
    XXH3_64bits_update(of_library(state_.data()), bytes.data(), bytes.size());
}

std::uint64_t Checksum::value() const
{
    return XXH3_64bits_digest(of_library(state_.data()));
}

}  // namespace bytestore::format
