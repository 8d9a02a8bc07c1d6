// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "face_pixels.h"
#include "fuzz_memory.h"
#include "fuzz_rows.h"

namespace fuzz {

/// A side of a picture: small, since every width has its own rest behind whole vectors; rarely one that is
/// refused.
struct Side {
  /// What the call is told, and what there is.
  std::int32_t told;
  std::size_t real;

  explicit Side(FuzzInput &input, std::uint32_t limit = 90) : real(1 + input.below(limit)) {
    told = input.rarely() ? input.pick({0, -1, PIXELS_MAX_SIDE + 1, INT32_MIN, INT32_MAX})
                          : static_cast<std::int32_t>(real);
  }
  bool valid() const { return static_cast<std::size_t>(told) == real; }
};

/// Three bytes a pixel.
struct Picture {
  Side width;
  Side height;
  std::size_t stride;
  /// What the call is told.
  std::int64_t row_bytes;

  /// @param gaps whether rows may lie apart.
  explicit Picture(FuzzInput &input, bool gaps) : width(input), height(input) {
    stride = 3 * width.real + (gaps && input.byte() > 128 ? input.below(40) : 0);
    row_bytes = static_cast<std::int64_t>(stride);
    if (gaps && input.rarely()) {
      row_bytes = input.pick<std::int64_t>({0, -1, 3 * static_cast<std::int64_t>(width.real) - 1, INT64_MIN});
    }
  }
  std::size_t bytes() const { return (height.real - 1) * stride + 3 * width.real; }
  bool valid() const { return width.valid() && height.valid() && row_bytes == static_cast<std::int64_t>(stride); }
};

inline void fill_pixels(FuzzInput &input, std::uint8_t *pixels, std::size_t count) {
  const std::uint8_t style = input.byte();
  SplitMix random(style);
  for (std::size_t i = 0; i < count; ++i) {
    pixels[i] = style % 4 == 0 ? 255 : style % 4 == 1 ? 0 : static_cast<std::uint8_t>(random.bits());
  }
}

}  // namespace fuzz
