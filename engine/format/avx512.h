// AVX-512 with its permutations of bytes (VBMI and VBMI2), for functions that say so, to be called where it is there.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define BYTESTORE_AVX512 gnu::target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2")

namespace bytestore::format {

inline bool has_avx512()
{
    static const bool has = __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                            __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0 &&
                            __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
    return has;
}

}  // namespace bytestore::format

#endif
