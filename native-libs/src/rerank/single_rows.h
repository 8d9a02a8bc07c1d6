// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "candidate_rows.h"
#include "kernels.h"
#include "memory_block.h"

namespace face {

[[nodiscard]] constexpr std::size_t round_up(std::size_t value, std::size_t multiple) noexcept {
  return (value + multiple - 1) / multiple * multiple;
}

/// The usable candidates in single precision and of unit length, padded with zeros in both directions for
/// gram_tile().
class SingleRows {
 public:
  template <class T>
  [[nodiscard]] bool fill(const CandidateRows<T> &rows, std::size_t dimension) noexcept {
    padded_dimension_ = round_up(dimension, float_lanes);
    const std::size_t padded_rows = round_up(rows.size(), tile_size);
    if (!values_.allocate(padded_rows * padded_dimension_)) return false;
    for (std::size_t row = 0; row < padded_rows; ++row) {
      float *to = values_.data() + row * padded_dimension_;
      const std::size_t filled = row < rows.size() ? dimension : 0;
      if (filled > 0) {
        const T *from = rows.row(row);
        const double inverse_length = rows.inverse_length(row);
        for (std::size_t i = 0; i < filled; ++i) {
          to[i] = static_cast<float>(static_cast<double>(from[i]) * inverse_length);
        }
      }
      for (std::size_t i = filled; i < padded_dimension_; ++i) to[i] = 0;
    }
    return true;
  }

  [[nodiscard]] const float *row(std::size_t index) const noexcept {
    return values_.data() + index * padded_dimension_;
  }
  [[nodiscard]] std::size_t padded_dimension() const noexcept { return padded_dimension_; }

  /// How far a product of two rows by gram_tile() can be from their cosine: (D + 8) u, for any order of additions
  /// (Higham, Accuracy and Stability of Numerical Algorithms, 3.1: D roundings in the sum, two in the rows; the rest
  /// covers second order terms). u = 2^-23 rather than 2^-24, so that it holds in every rounding mode.
  [[nodiscard]] double product_error() const noexcept {
    return static_cast<double>(padded_dimension_ + 8) * 0x1p-23;
  }

 private:
  std::size_t padded_dimension_ = 0;
  MemoryBlock<float> values_;
};

}  // namespace face
