// SPDX-License-Identifier: Apache-2.0
//
// The part of Loops that works on some rows at once and keeps sums in registers; see kernel_loops.h.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"
#include "vector_types.h"

namespace face {
namespace {

/// The partial sums of some products, one register each: as many as the register file holds.
template <size_t rows>
[[gnu::always_inline]] inline void tile_part(const float *a, const float *b, size_t stride, size_t dimension,
                                             float *products) {
  Floats sums[rows][tile_columns] = {};
  for (size_t i = 0; i < dimension; i += float_lanes) {
    Floats right[tile_columns];
    for (size_t c = 0; c < tile_columns; ++c) right[c] = load_aligned(b + c * stride + i);
    for (size_t r = 0; r < rows; ++r) {
      const Floats left = load_aligned(a + r * stride + i);
      for (size_t c = 0; c < tile_columns; ++c) sums[r][c] += left * right[c];
    }
  }
  for (size_t r = 0; r < rows; ++r) sum_four(sums[r], products + r * tile_columns);
}

void gram_tile(const float *a, const float *b, size_t stride, size_t dimension, float *products) {
  constexpr size_t rows = FACE_VECTOR_BYTES == 64 ? 6 : FACE_VECTOR_BYTES == 32 ? 3 : 2;
  for (size_t r = 0; r < tile_rows; r += rows) {
    tile_part<rows>(a + r * stride, b, stride, dimension, products + r * tile_columns);
  }
}

float gram_pair(const float *a, const float *b, size_t dimension) {
  Floats sum = {};
  for (size_t i = 0; i < dimension; i += float_lanes) sum += load_aligned(a + i) * load_aligned(b + i);
  return sum_lanes_single(sum);
}

double weighted_square(const float *const *rows, const float *weights, size_t count, size_t dimension) {
  constexpr size_t strip = 4;
  static_assert(padded_elements % (strip * float_lanes) == 0, "a row is whole strips");
  Doubles squares[2 * strip] = {};
  for (size_t i = 0; i < dimension; i += strip * float_lanes) {
    Floats parts[strip] = {};
    for (size_t k = 0; k < count; ++k) {
      for (size_t v = 0; v < strip; ++v) parts[v] += weights[k] * load_aligned(rows[k] + i + v * float_lanes);
    }
    // By way of memory, from where a conversion to doubles is one instruction.
    alignas(FACE_VECTOR_BYTES) float built[strip * float_lanes];
    memcpy(built, parts, sizeof built);
    for (size_t v = 0; v < 2 * strip; ++v) {
      const Doubles some = load_doubles(built + v * double_lanes);
      squares[v] += some * some;
    }
  }
  Doubles total = {};
  for (size_t v = 0; v < 2 * strip; ++v) total += squares[v];
  return sum_lanes(total);
}

/// Adds weighted rows to `rows` sums; a strip of them stays in registers while all rows pass by.
template <size_t rows, size_t vectors>
[[gnu::always_inline]] inline void sum_strip(double *const *sums, const float *weights, size_t weight_stride,
                                             const float *from, size_t stride, size_t row_count, size_t start) {
  Floats parts[rows][vectors] = {};
  for (size_t k = 0; k < row_count; ++k) {
    Floats values[vectors];
    for (size_t v = 0; v < vectors; ++v) {
      values[v] = load_aligned(from + k * stride + start + v * float_lanes);
    }
    for (size_t r = 0; r < rows; ++r) {
      for (size_t v = 0; v < vectors; ++v) parts[r][v] += weights[r * weight_stride + k] * values[v];
    }
  }
  // By way of memory, from where a conversion to doubles is one instruction.
  alignas(FACE_VECTOR_BYTES) float built[rows * vectors * float_lanes];
  memcpy(built, parts, sizeof built);
  for (size_t r = 0; r < rows; ++r) {
    double *const sum = sums[r] + start;
    for (size_t i = 0; i < vectors * float_lanes; i += double_lanes) {
      const Doubles total = load_doubles(sum + i) + load_doubles(built + r * vectors * float_lanes + i);
      memcpy(sum + i, &total, sizeof total);
    }
  }
}

void add_weighted_rows(double *const *sums, const float *weights, size_t weight_stride, size_t count,
                       const float *rows, size_t stride, size_t row_count, size_t dimension) {
  constexpr size_t vectors = FACE_VECTOR_BYTES == 64 ? 4 : 2;
  constexpr size_t group = 6;
  // A strip of the rows stays in the first level cache while the sums pass by.
  for (size_t i = 0; i < dimension; i += vectors * float_lanes) {
    size_t r = 0;
    for (; r + group <= count; r += group) {
      sum_strip<group, vectors>(sums + r, weights + r * weight_stride, weight_stride, rows, stride, row_count, i);
    }
    for (; r < count; ++r) {
      sum_strip<1, vectors>(sums + r, weights + r * weight_stride, weight_stride, rows, stride, row_count, i);
    }
  }
}

void weigh_tile(const float *products, double lowest, double slope, double *weights) {
  constexpr size_t count = tile_rows * tile_columns;
  static_assert(count % double_lanes == 0, "a tile is whole registers");
  for (size_t i = 0; i < count; i += double_lanes) {
    const Doubles weight = (load_doubles(products + i) - lowest) * slope;
    const Doubles positive = weight > 0 ? weight : Doubles{};
    const Doubles clamped = positive < 1 ? positive : Doubles{} + 1;
    memcpy(weights + i, &clamped, sizeof clamped);
  }
}

}  // namespace
}  // namespace face
