// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

namespace face {

KernelChoice runnable_kernels() noexcept {
  KernelChoice choice = {{&portable_kernels, nullptr, nullptr}, 1};
#if defined(FACE_X86_KERNELS)
  // The builtins ask the CPU and, through XGETBV, whether the kernel saves the wide registers.
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (avx2) choice.levels[choice.count++] = &avx2_kernels;
  if (avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0) {
    choice.levels[choice.count++] = &avx512_kernels;
  }
#endif
  return choice;
}

const Kernels &best_kernels() noexcept {
  // Asked anew each time: the CPU's answer is cached by the runtime, and a static of our own would need a lock.
  const KernelChoice choice = runnable_kernels();
  return *choice.levels[choice.count - 1];
}

}  // namespace face
