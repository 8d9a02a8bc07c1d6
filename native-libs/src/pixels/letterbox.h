// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel_kernels.h"
#include "status.h"

namespace face {

/// Pixels; every side is at least 1.
struct Size {
  std::size_t width;
  std::size_t height;
};

/// Arguments of pixels_letterbox(), checked: pointers are valid, and the picture fits the frame.
struct LetterboxTask {
  const std::uint8_t *rgb;
  Size picture;
  Size fit;
  std::uint8_t *frame;
  Size room;
};

/// @return ok or out_of_memory.
Status draw_letterbox(const PixelKernels &kernels, const LetterboxTask &task) noexcept;

}  // namespace face
