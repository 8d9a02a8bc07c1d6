// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#if defined(FACE_ARM_KERNELS) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace face {

/// Which of the levels of vector instructions that kernels are compiled for this CPU can run: the first `count` of
/// portable, AVX2, AVX-512. Asked anew each time: the CPU's answer is cached by the runtime, and a static of our own
/// would need a lock.
[[nodiscard]] inline std::size_t runnable_levels() noexcept {
#if defined(FACE_X86_KERNELS)
  // The builtins ask the CPU and, through XGETBV, whether the kernel saves the wide registers.
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("fma") == 0) return 1;
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  return avx512 ? 3 : 2;
#else
  return 1;
#endif
}

/// Whether the CPU multiplies four pairs of bytes and adds them up in one instruction: AVX-512 VNNI, or the dot
/// products of ARMv8.2.
[[nodiscard]] inline bool has_byte_products() noexcept {
#if defined(FACE_X86_KERNELS)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512vnni") != 0;
#elif defined(FACE_ARM_KERNELS) && defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#elif defined(FACE_ARM_KERNELS) && defined(__APPLE__)
  // Every Mac with an ARM CPU has them.
  return true;
#else
  return false;
#endif
}

}  // namespace face
