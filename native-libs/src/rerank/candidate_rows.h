// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include "kernels.h"
#include "memory_block.h"
#include "status.h"
#include "vectors/unit_row.h"

namespace face {

/// The candidates that have a direction, in input order. Rows stay where the caller has them; only float64 rows of
/// extreme magnitude, whose squares would overflow or vanish, are replaced by a copy of unit length.
template <class T>
class CandidateRows {
 public:
  [[nodiscard]] Status read(const Kernels &kernels, const T *candidates, std::size_t count, std::size_t dimension,
                            std::size_t row_stride) noexcept {
    if (!positions_.allocate(count) || !rows_.allocate(count) || !inverse_lengths_.allocate(count)) {
      return Status::out_of_memory;
    }
    std::size_t extreme = 0;
    for (std::size_t position = 0; position < count; ++position) {
      const T *row = candidates + position * row_stride;
      const double square = dot(kernels, row, row, dimension);
      // NaN fails every comparison and lands among the extreme rows, to be looked at closely.
      const bool plain = square >= smallest_plain_square && square <= largest_plain_square;
      if (!plain) ++extreme;
      positions_[size_] = position;
      rows_[size_] = row;
      inverse_lengths_[size_] = plain ? 1 / std::sqrt(square) : 0;
      ++size_;
    }
    return extreme == 0 ? Status::ok : settle_extreme_rows(extreme, dimension);
  }

  /// Number of usable candidates.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Position in the input of usable candidate `index`.
  [[nodiscard]] std::size_t position(std::size_t index) const noexcept { return positions_[index]; }
  [[nodiscard]] const T *row(std::size_t index) const noexcept { return rows_[index]; }
  /// Factor that brings the row to unit length.
  [[nodiscard]] double inverse_length(std::size_t index) const noexcept { return inverse_lengths_[index]; }

 private:
  /// Drops rows without direction and rescales the rest; an inverse length of 0 marks the rows to look at.
  [[nodiscard]] Status settle_extreme_rows(std::size_t extreme, std::size_t dimension) noexcept {
    MemoryBlock<double> unit;
    if (!unit.allocate(dimension) || !copies_.allocate(extreme * dimension)) return Status::out_of_memory;
    std::size_t kept = 0;
    std::size_t copied = 0;
    for (std::size_t index = 0; index < size_; ++index) {
      const T *row = rows_[index];
      double inverse_length = inverse_lengths_[index];
      if (inverse_length == 0) {
        if (write_unit_row(row, dimension, unit.data()) != Status::ok) continue;
        T *copy = copies_.data() + copied * dimension;
        for (std::size_t i = 0; i < dimension; ++i) copy[i] = static_cast<T>(unit[i]);
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
    return Status::ok;
  }

  std::size_t size_ = 0;
  MemoryBlock<std::size_t> positions_;
  MemoryBlock<const T *> rows_;
  MemoryBlock<double> inverse_lengths_;
  MemoryBlock<T> copies_;
};

}  // namespace face
