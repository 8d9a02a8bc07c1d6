// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "letterbox.h"
#include "pixel_kernels.h"
#include "status.h"

namespace face {

/// Arguments of pixels_planes(), checked: pointers are valid, and the picture fits the planes.
struct PlanesTask {
  const std::uint8_t *bgr;
  Size picture;
  /// Bytes from one row of the picture to the next.
  std::size_t stride;
  Size fit;
  float *planes;
  Size room;
  /// Red first.
  bool rgb;
  bool mirrored;
  double mean;
  double divisor;
};

/// @return ok or out_of_memory.
Status fill_planes(const PixelKernels &kernels, const PlanesTask &task) noexcept;

}  // namespace face
