// SPDX-License-Identifier: Apache-2.0
//
// The part of Loops that works on single rows; see kernel_loops.h.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"
#include "vector_types.h"

namespace face {
namespace {

template <class A, class B>
[[gnu::always_inline]] inline double dot_rows(const A *a, const B *b, size_t dimension) {
  // Four independent sums hide the latency of the additions.
  Doubles sums[4] = {};
  size_t i = 0;
  for (; i + 4 * double_lanes <= dimension; i += 4 * double_lanes) {
    for (size_t k = 0; k < 4; ++k) {
      sums[k] += load_doubles(a + i + k * double_lanes) * load_doubles(b + i + k * double_lanes);
    }
  }
  for (; i + double_lanes <= dimension; i += double_lanes) sums[0] += load_doubles(a + i) * load_doubles(b + i);
  double total = sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < dimension; ++i) total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return total;
}

/// Both products of a row are made in one pass over it.
template <class T>
[[gnu::always_inline]] inline RowProducts row_products(const T *row, const double *query, size_t dimension) {
  constexpr size_t ways = 4;
  Doubles squares[ways] = {};
  Doubles products[ways] = {};
  size_t i = 0;
  for (; i + ways * double_lanes <= dimension; i += ways * double_lanes) {
    for (size_t k = 0; k < ways; ++k) {
      const Doubles values = load_doubles(row + i + k * double_lanes);
      squares[k] += values * values;
      products[k] += values * load_doubles(query + i + k * double_lanes);
    }
  }
  RowProducts totals = {sum_lanes((squares[0] + squares[1]) + (squares[2] + squares[3])),
                        sum_lanes((products[0] + products[1]) + (products[2] + products[3]))};
  for (; i < dimension; ++i) {
    const auto value = static_cast<double>(row[i]);
    totals.square += value * value;
    totals.query += value * query[i];
  }
  return totals;
}

template <class T>
[[gnu::always_inline]] inline void add_rows_in_strips(double *sum, const T *const *rows, const double *weights,
                                                      size_t count, size_t dimension) {
  // A strip of the sum stays in registers while all rows pass by.
  constexpr size_t strip = 8;
  size_t i = 0;
  for (; i + strip * double_lanes <= dimension; i += strip * double_lanes) {
    Doubles parts[strip];
    for (size_t k = 0; k < strip; ++k) parts[k] = load_doubles(sum + i + k * double_lanes);
    for (size_t row = 0; row < count; ++row) {
      const T *from = rows[row] + i;
      for (size_t k = 0; k < strip; ++k) parts[k] += weights[row] * load_doubles(from + k * double_lanes);
    }
    memcpy(sum + i, parts, sizeof parts);
  }
  for (size_t row = 0; row < count; ++row) {
    for (size_t k = i; k < dimension; ++k) sum[k] += weights[row] * static_cast<double>(rows[row][k]);
  }
}

/// Scales that a float holds without loss of range; beyond, factor and row only fit a double together.
constexpr double smallest_float_scale = 0x1p-60;
constexpr double largest_float_scale = 0x1p60;

/// scale * from, where the scale is high + low: the rounding of one would be an error that all elements share and no
/// sum averages out.
[[gnu::always_inline]] inline Floats scale_in_two(const float *from, Floats high, Floats low) {
  return multiply_add(load_floats(from), high, load_floats(from) * low);
}
/// Never needed: float64 rows are always scaled in double precision.
[[gnu::always_inline]] inline Floats scale_in_two(const double *, Floats, Floats) { return Floats{}; }

template <class T>
[[gnu::always_inline]] inline float scale_values(const T *from, double scale, size_t dimension, float *to) {
  const bool fits = sizeof(T) == sizeof(float) && scale > smallest_float_scale && scale < largest_float_scale;
  const Floats high = Floats{} + static_cast<float>(fits ? scale : 1);
  const Floats low = Floats{} + static_cast<float>(scale - static_cast<double>(high[0]));
  constexpr size_t ways = 4;
  Floats largest[ways] = {};
  size_t i = 0;
  for (; i + ways * float_lanes <= dimension; i += ways * float_lanes) {
    for (size_t k = 0; k < ways; ++k) {
      const T *const some = from + i + k * float_lanes;
      const Floats scaled = fits ? scale_in_two(some, high, low) : scale_wide(some, scale);
      largest[k] = larger(magnitude(scaled), largest[k]);
      memcpy(to + i + k * float_lanes, &scaled, sizeof scaled);
    }
  }
  for (; i < dimension; i += float_lanes) {
    const size_t count = dimension - i < float_lanes ? dimension - i : float_lanes;
    T rest[float_lanes] = {};
    memcpy(rest, from + i, count * sizeof(T));
    const Floats scaled = fits ? scale_in_two(rest, high, low) : scale_wide(rest, scale);
    largest[0] = larger(magnitude(scaled), largest[0]);
    memcpy(to + i, &scaled, count * sizeof(float));
  }
  return largest_lane(larger(larger(largest[0], largest[1]), larger(largest[2], largest[3])));
}

RowProducts products_float(const float *row, const double *query, size_t dimension) {
  return row_products(row, query, dimension);
}
RowProducts products_double(const double *row, const double *query, size_t dimension) {
  return row_products(row, query, dimension);
}
double dot_float(const float *a, const float *b, size_t dimension) { return dot_rows(a, b, dimension); }
double dot_double(const double *a, const double *b, size_t dimension) { return dot_rows(a, b, dimension); }
double dot_mixed(const double *a, const float *b, size_t dimension) { return dot_rows(a, b, dimension); }
VoteCount count_votes(const double *weights, size_t count) {
  Doubles total = {};
  // Comparisons give -1.
  LongIntegers voters = {};
  LongIntegers full_voters = {};
  size_t i = 0;
  for (; i + double_lanes <= count; i += double_lanes) {
    const Doubles some = load_doubles(weights + i);
    total += some;
    voters -= some > 0;
    full_voters -= some == 1;
  }
  VoteCount result = {sum_lanes(total), 0, 0};
  for (size_t lane = 0; lane < double_lanes; ++lane) {
    result.voters += static_cast<size_t>(voters[lane]);
    result.full_voters += static_cast<size_t>(full_voters[lane]);
  }
  for (; i < count; ++i) {
    result.total += weights[i];
    result.voters += weights[i] > 0 ? 1 : 0;
    result.full_voters += weights[i] == 1 ? 1 : 0;
  }
  return result;
}
void add_float_rows(double *sum, const float *const *rows, const double *weights, size_t count, size_t dimension) {
  add_rows_in_strips(sum, rows, weights, count, dimension);
}
void add_double_rows(double *sum, const double *const *rows, const double *weights, size_t count,
                     size_t dimension) {
  add_rows_in_strips(sum, rows, weights, count, dimension);
}
float scale_float(const float *from, double scale, size_t dimension, float *to) {
  return scale_values(from, scale, dimension, to);
}
float scale_double(const double *from, double scale, size_t dimension, float *to) {
  return scale_values(from, scale, dimension, to);
}

float quantize(const float *values, float step, size_t dimension, int8_t *whole, int32_t *sum) {
  // Adding 1.5 2^23 leaves the whole number in the low bits of the float, by the CPU's own rounding.
  constexpr float magic = 12582912.0F;
  const float inverse = 1 / step;
  constexpr size_t ways = 4;
  static_assert(padded_elements % (ways * float_lanes) == 0, "a row is whole steps");
  Floats lost[ways] = {};
  Integers total[ways] = {};
  for (size_t i = 0; i < dimension; i += ways * float_lanes) {
    for (size_t k = 0; k < ways; ++k) {
      const size_t at = i + k * float_lanes;
      const Floats value = load_aligned(values + at);
      const Floats rounded = value * inverse + magic;
      Integers number;
      memcpy(&number, &rounded, sizeof number);
      number -= 0x4B400000;
      const Floats error = value - (rounded - magic) * step;
      lost[k] += error * error;
      total[k] += number;
      // Bytes without sign, which may wrap around: the low bits are the same.
      const auto bytes = __builtin_convertvector(number, Bytes);
      memcpy(whole + at, &bytes, sizeof bytes);
    }
  }
  int32_t lanes[float_lanes];
  const Integers all = (total[0] + total[1]) + (total[2] + total[3]);
  memcpy(lanes, &all, sizeof all);
  *sum = 0;
  for (size_t lane = 0; lane < float_lanes; ++lane) *sum += lanes[lane];
  return sum_lanes_single((lost[0] + lost[1]) + (lost[2] + lost[3]));
}

}  // namespace
}  // namespace face
