// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>

#include "arena.h"
#include "candidate_rows.h"
#include "kernels.h"
#include "round_up.h"

namespace face {

/// The usable candidates in single precision and of unit length, padded with zeros in both directions.
class UnitRows {
 public:
  UnitRows(Arena *arena, std::size_t count, std::size_t dimension) noexcept
      : dimension_(dimension),
        padded_dimension_(round_up(dimension, padded_elements)),
        // Rows a power of two apart would share a few places of the cache.
        stride_(padded_dimension_ + Arena::alignment / sizeof(float)),
        padded_count_(round_up(count, screen_rows)),
        values_(arena->take<float>(padded_count_ * stride_)) {}

  /// @return the largest magnitude of the row.
  template <class T>
  float fill(const Loops &loops, const CandidateRows<T> &rows, std::size_t index) noexcept {
    float *to = values_ + index * stride_;
    std::memset(to + dimension_, 0, (padded_dimension_ - dimension_) * sizeof(float));
    return scale_row(loops, rows.row(index), rows.inverse_length(index), dimension_, to);
  }

  /// Clears what follows the last of `count` rows, as tiles read it.
  void pad(std::size_t count) noexcept {
    std::memset(values_ + count * stride_, 0, (round_up(count, screen_rows) - count) * stride_ * sizeof(float));
  }

  [[nodiscard]] const float *row(std::size_t index) const noexcept { return values_ + index * stride_; }
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }
  [[nodiscard]] std::size_t padded_dimension() const noexcept { return padded_dimension_; }

  /// How far a product of two rows by gram_tile() can be from their cosine: n u with the n roundings that meet in a
  /// partial sum (Higham, Accuracy and Stability of Numerical Algorithms, 3.1): one for each addition to it, one
  /// for each halving of their number, and 8 for the products, the rows and second order terms. u = 2^-23 rather
  /// than 2^-24, so that it holds in every rounding mode.
  [[nodiscard]] double product_error() const noexcept {
    std::size_t roundings = padded_dimension_ / gram_lanes + 8;
    for (std::size_t lanes = gram_lanes; lanes > 1; lanes /= 2) ++roundings;
    return static_cast<double>(roundings) * 0x1p-23;
  }

 private:
  std::size_t dimension_;
  std::size_t padded_dimension_;
  std::size_t stride_;
  std::size_t padded_count_;
  float *values_;
};

}  // namespace face
