// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include "status.h"

namespace face {

/// Squared lengths within these bounds neither overflow nor lose digits, nor do products of two such rows. Every
/// finite float32 row is inside; float64 rows outside are rescaled by a power of two first.
constexpr double smallest_plain_square = 1e-200;
constexpr double largest_plain_square = 1e200;

/// sum_i a_i b_i in double precision. Eight partial sums, so that the compiler can use vector registers without
/// being allowed to reorder additions.
template <class A, class B>
[[nodiscard]] double dot_product(const A *a, const B *b, std::size_t dimension) noexcept {
  constexpr std::size_t lanes = 8;
  double partial[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= dimension; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      partial[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
  }
  for (; i < dimension; ++i) partial[i % lanes] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
         ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

/// row / |row| in double precision, for every magnitude a double can have.
/// @return ok, zero_vector or non_finite; `unit` is written only with ok.
template <class T>
[[nodiscard]] Status write_unit_row(const T *row, std::size_t dimension, double *unit) noexcept {
  int exponent = 0;
  double square = dot_product(row, row, dimension);
  if (!(square >= smallest_plain_square && square <= largest_plain_square)) {
    double largest = 0;
    for (std::size_t i = 0; i < dimension; ++i) {
      const double magnitude = std::fabs(static_cast<double>(row[i]));
      if (!std::isfinite(magnitude)) return Status::non_finite;
      if (magnitude > largest) largest = magnitude;
    }
    if (largest == 0) return Status::zero_vector;
    exponent = -std::ilogb(largest);
    square = 0;
    for (std::size_t i = 0; i < dimension; ++i) {
      const double value = std::scalbn(static_cast<double>(row[i]), exponent);
      square += value * value;
    }
  }
  const double inverse_length = 1 / std::sqrt(square);
  for (std::size_t i = 0; i < dimension; ++i) {
    const auto value = static_cast<double>(row[i]);
    unit[i] = (exponent == 0 ? value : std::scalbn(value, exponent)) * inverse_length;
  }
  return Status::ok;
}

}  // namespace face
