// SPDX-License-Identifier: Apache-2.0
#include "cpu_level.h"
#include "pixel_kernels.h"

namespace face {

PixelKernelChoice runnable_pixel_kernels() noexcept {
#if defined(FACE_X86_KERNELS)
  return {{&portable_pixel_kernels, &avx2_pixel_kernels, &avx512_pixel_kernels}, runnable_levels()};
#else
  return {{&portable_pixel_kernels, nullptr, nullptr}, runnable_levels()};
#endif
}

}  // namespace face
