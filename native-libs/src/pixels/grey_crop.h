// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "letterbox.h"
#include "pixel_kernels.h"
#include "status.h"

namespace face {

/// A half-open stretch along one axis, in pixels from the corner of the first.
struct Stretch {
  double from;
  double to;
};

/// Arguments of pixels_grey_crop(), checked: pointers are valid, and the box lies in the picture.
struct GreyCropTask {
  const std::uint8_t *bgr;
  Size picture;
  /// Bytes from one row of the picture to the next.
  std::size_t stride;
  Stretch across;
  Stretch down;
  double divisor;
  float *grey;
};

/// @return ok or out_of_memory.
Status crop_grey(const PixelKernels &kernels, const GreyCropTask &task) noexcept;

}  // namespace face
