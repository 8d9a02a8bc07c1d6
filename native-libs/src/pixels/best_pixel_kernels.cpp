// SPDX-License-Identifier: Apache-2.0
//
// A file of its own, so that a test can take its place and force another level.

#include "pixel_kernels.h"

namespace face {

const PixelKernels &best_pixel_kernels() noexcept {
  const PixelKernelChoice choice = runnable_pixel_kernels();
  return *choice.levels[choice.count - 1];
}

}  // namespace face
