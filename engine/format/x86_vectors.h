// The vectors of x86 beyond those that every processor has, for functions that say so, to be called where they are
// there. Without BYTESTORE_X86_VECTORS there are none.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define BYTESTORE_X86_VECTORS
#define BYTESTORE_AVX2 gnu::target("avx2")
// With its permutations of bytes, VBMI and VBMI2.
#define BYTESTORE_AVX512 gnu::target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2")

namespace bytestore::format {

inline bool has_avx2()
{
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}

inline bool has_avx512()
{
    static const bool has = __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                            __builtin_cpu_supports("avx512vbmi") != 0 && __builtin_cpu_supports("avx512vbmi2") != 0 &&
                            __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
    return has;
}

}  // namespace bytestore::format

#endif
