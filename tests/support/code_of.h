// What a call failed with, where a test cannot know that it did.
#pragma once

#include "engine/result.h"

#include <optional>

namespace bytestore::test {

// Nothing if it did not fail.
template <class T>
std::optional<Errc> code_of(const Result<T>& result)
{
    return result ? std::nullopt : std::optional(result.error().code);
}

}  // namespace bytestore::test
