// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace face {

/// Which two neighbours of a row or column of `source` pixels a pixel of `target` lies between.
struct Tap {
  std::size_t first;
  /// The one behind, or the first again where there is none.
  std::size_t second;
  /// Of the second, 0..1.
  double share;
};

/// Pixel centres lie at the half; beyond the outermost centres the border repeats.
[[nodiscard]] inline Tap tap_at(std::size_t index, std::size_t source, std::size_t target) noexcept {
  const double last = static_cast<double>(source - 1);
  const double centre = (static_cast<double>(index) + 0.5) * static_cast<double>(source) / static_cast<double>(target);
  const double position = std::min(std::max(centre - 0.5, 0.0), last);
  const auto first = static_cast<std::size_t>(position);
  return {first, std::min(first + 1, source - 1), position - static_cast<double>(first)};
}

}  // namespace face
