// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

namespace face {

/// Weight of a pair by its cosine: clamp((C - lowest) * slope, 0, 1).
struct PairWeight {
  /// lo: up to this cosine two candidates say nothing about each other.
  double lowest;
  /// alpha / 5, per unit of cosine.
  double slope;

  /// @param threshold not yet clamped to [.5, .95].
  PairWeight(double alpha, double tau, double threshold) noexcept {
    const double theta = std::min(std::max(threshold, 0.5), 0.95);
    // No cosine is beyond 1, so a larger bound means the same and would only overflow in single precision.
    lowest = std::min(tau + std::log(theta / (1 - theta)) / alpha, 4.0);
    slope = alpha / 5;
  }

  [[nodiscard]] double operator()(double cosine) const noexcept {
    return std::min(std::max((cosine - lowest) * slope, 0.0), 1.0);
  }
};

}  // namespace face
