// Ours, for what only it is asked.
#pragma once

#include "engine/store.h"

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace bytestore::bench {

template <class T>
T check(Result<T> result)
{
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

// Defaults, but for syncs, which are made only when asked for, and compactions, which are measured by themselves.
Options plain_options();

std::unique_ptr<Store> open_store(const std::string& directory, Options options);

inline constexpr std::size_t kPage = 1000;  // keys of a listing, or of a scan

// Of a value that is set at this moment.
Meta now();

}  // namespace bytestore::bench
