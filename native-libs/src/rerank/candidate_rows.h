// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <type_traits>

#include "arena.h"
#include "kernels.h"
#include "status.h"
#include "vectors/unit_row.h"

namespace face {

/// The candidates that have a direction, in input order. Rows stay where the caller has them; only float64 rows of
/// extreme magnitude, whose squares would overflow or vanish, are replaced by a copy of unit length.
template <class T>
class CandidateRows {
 public:
  CandidateRows(Arena *arena, std::size_t count, std::size_t dimension) noexcept
      : dimension_(dimension),
        size_(count),
        positions_(arena->take<std::size_t>(count)),
        rows_(arena->take<const T *>(count)),
        inverse_lengths_(arena->take<double>(count)),
        // Every finite float32 row is plain.
        copies_(arena->take<T>(std::is_same<T, float>::value ? 0 : count * dimension)),
        unit_(arena->take<double>(dimension)) {}

  /// Takes all rows for usable until they are measured.
  void start(const T *candidates, std::size_t row_stride) noexcept {
    for (std::size_t position = 0; position < size_; ++position) {
      positions_[position] = position;
      rows_[position] = candidates + position * row_stride;
    }
  }

  /// Finds the row's length and its cosine to a unit vector.
  /// @return false for a row that settle_extreme_rows() has to look at; the cosine is then undefined.
  [[nodiscard]] bool measure(const Loops &loops, std::size_t index, const double *query, double *cosine) noexcept {
    const RowProducts products = row_products(loops, rows_[index], query, dimension_);
    // NaN fails every comparison.
    const bool plain = products.square >= smallest_plain_square && products.square <= largest_plain_square;
    inverse_lengths_[index] = plain ? 1 / std::sqrt(products.square) : 0;
    *cosine = products.query * inverse_lengths_[index];
    return plain;
  }

  /// Drops rows without direction and rescales the rest; an inverse length of 0 marks the rows to look at.
  void settle_extreme_rows() noexcept {
    std::size_t kept = 0;
    std::size_t copied = 0;
    for (std::size_t index = 0; index < size_; ++index) {
      const T *row = rows_[index];
      double inverse_length = inverse_lengths_[index];
      if (inverse_length == 0) {
        if (std::is_same<T, float>::value) continue;
        if (write_unit_row(row, dimension_, unit_) != Status::ok) continue;
        T *copy = copies_ + copied * dimension_;
        for (std::size_t i = 0; i < dimension_; ++i) copy[i] = static_cast<T>(unit_[i]);
        ++copied;
        row = copy;
        inverse_length = 1;
      }
      positions_[kept] = positions_[index];
      rows_[kept] = row;
      inverse_lengths_[kept] = inverse_length;
      ++kept;
    }
    size_ = kept;
  }

  [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
  /// Number of usable candidates.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Position in the input of usable candidate `index`.
  [[nodiscard]] std::size_t position(std::size_t index) const noexcept { return positions_[index]; }
  [[nodiscard]] const T *row(std::size_t index) const noexcept { return rows_[index]; }
  /// Factor that brings the row to unit length.
  [[nodiscard]] double inverse_length(std::size_t index) const noexcept { return inverse_lengths_[index]; }

 private:
  std::size_t dimension_;
  std::size_t size_;
  std::size_t *positions_;
  const T **rows_;
  double *inverse_lengths_;
  T *copies_;
  double *unit_;
};

}  // namespace face
