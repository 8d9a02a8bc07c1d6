// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cfloat>
#include <cstddef>

#include "status.h"
#include "vectors/unit_row.h"

// Exact sums of unit vectors: the order of the terms does not matter, and subtracting what was added leaves not a
// trace. Plain floating point sums have neither property.
//
// Each number is a multiple of 2^-70 and is split into a multiple of 2^-35 and the rest, which is at most 2^-35.
// 2^17 numbers up to 1 then add up to at most 2^52 units of 2^-35 and 2^52 units of 2^-70: every partial sum fits into
// the 53 bits of a double, so no addition rounds.

namespace face {

static_assert(FLT_EVAL_METHOD == 0, "the splits below need plain double arithmetic");

/// How many numbers can be added up.
constexpr std::size_t largest_sum = std::size_t{1} << 17;

/// A number plus this one, less this one, is a multiple of 2^-35: there the last bit of the sum stands for that.
constexpr double high_rounder = 0x1.8p17;
/// The same for 2^-70.
constexpr double low_rounder = 0x1.8p-18;

/// The multiple of 2^-35 next to a number from -1 to 1.
[[nodiscard]] inline double high_part(double value) noexcept { return (value + high_rounder) - high_rounder; }
/// What is left of the number, as a multiple of 2^-70.
[[nodiscard]] inline double low_part(double value, double high) noexcept {
  return ((value - high) + low_rounder) - low_rounder;
}

/// Sums of elements: high[i] + low[i].
struct ExactSum {
  double *high;
  double *low;
};

inline void clear_sum(ExactSum sum, std::size_t dimension) noexcept {
  for (std::size_t i = 0; i < dimension; ++i) sum.high[i] = sum.low[i] = 0;
}

inline void subtract_row(ExactSum sum, const double *row, std::size_t dimension) noexcept {
  for (std::size_t i = 0; i < dimension; ++i) {
    const double high = high_part(row[i]);
    sum.high[i] -= high;
    sum.low[i] -= low_part(row[i], high);
  }
}

/// Adds weight * row, each product brought to a multiple of 2^-70.
/// @param weight in [0, 1].
inline void add_weighted_row(ExactSum sum, const double *row, double weight, std::size_t dimension) noexcept {
  for (std::size_t i = 0; i < dimension; ++i) {
    const double product = weight * row[i];
    const double high = high_part(product);
    sum.high[i] += high;
    sum.low[i] += low_part(product, high);
  }
}

/// The sums as single doubles, each the nearest one.
inline void write_sum(const double *high, const double *low, std::size_t dimension, double *values) noexcept {
  for (std::size_t i = 0; i < dimension; ++i) values[i] = high[i] + low[i];
}

/// row / |row| in multiples of 2^-70. Elements from 2^-17 up are such multiples anyway.
/// @return ok, zero_vector or non_finite; `unit` is written only with ok.
template <class T>
[[nodiscard]] Status write_summable_row(const T *row, std::size_t dimension, double *unit) noexcept {
  const Status status = write_unit_row(row, dimension, unit);
  if (status != Status::ok) return status;
  for (std::size_t i = 0; i < dimension; ++i) {
    const double high = high_part(unit[i]);
    unit[i] = high + low_part(unit[i], high);
  }
  return Status::ok;
}

/// write_summable_row(), adding the result to the sum.
/// @return ok, zero_vector or non_finite; `unit` and `sum` are written only with ok.
template <class T>
[[nodiscard]] Status write_and_add_row(const T *row, std::size_t dimension, double *unit, ExactSum sum) noexcept {
  const Status status = write_unit_row(row, dimension, unit);
  if (status != Status::ok) return status;
  for (std::size_t i = 0; i < dimension; ++i) {
    const double high = high_part(unit[i]);
    const double low = low_part(unit[i], high);
    unit[i] = high + low;
    sum.high[i] += high;
    sum.low[i] += low;
  }
  return Status::ok;
}

}  // namespace face
