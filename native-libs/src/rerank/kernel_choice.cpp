// SPDX-License-Identifier: Apache-2.0
#include "cpu_level.h"
#include "kernels.h"

namespace face {

KernelChoice runnable_kernels() noexcept {
#if defined(FACE_X86_KERNELS)
  return {{&portable_kernels, &avx2_kernels, &avx512_kernels}, runnable_levels()};
#else
  return {{&portable_kernels, nullptr, nullptr}, runnable_levels()};
#endif
}

const Kernels &best_kernels() noexcept {
  const KernelChoice choice = runnable_kernels();
  return *choice.levels[choice.count - 1];
}

}  // namespace face
