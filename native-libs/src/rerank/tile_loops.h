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

/// Times that a register of partial sums fits into all those of a product.
constexpr size_t sum_registers = gram_lanes / float_lanes;

/// Adds up `parts` until one register is left, in the order in which fold() goes on.
[[gnu::always_inline]] inline Floats fold_registers(Floats *parts) {
  for (size_t width = sum_registers / 2; width > 0; width /= 2) {
    for (size_t k = 0; k < width; ++k) parts[k] += parts[k + width];
  }
  return parts[0];
}

/// Each pass over the rows, which stay in the first level cache, fills one register for each product.
template <size_t rows>
[[gnu::always_inline]] inline void tile_part(const float *a, const float *b, size_t stride, size_t dimension,
                                             float *products) {
  Floats parts[rows][tile_columns][sum_registers];
  for (size_t k = 0; k < sum_registers; ++k) {
    Floats sums[rows][tile_columns] = {};
    for (size_t i = k * float_lanes; i < dimension; i += gram_lanes) {
      Floats right[tile_columns];
      for (size_t c = 0; c < tile_columns; ++c) right[c] = load_aligned(b + c * stride + i);
      for (size_t r = 0; r < rows; ++r) {
        const Floats left = load_aligned(a + r * stride + i);
        for (size_t c = 0; c < tile_columns; ++c) {
          sums[r][c] = fused ? multiply_add(left, right[c], sums[r][c]) : sums[r][c] + left * right[c];
        }
      }
    }
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < tile_columns; ++c) parts[r][c][k] = sums[r][c];
    }
  }
  for (size_t r = 0; r < rows; ++r) {
    Floats sums[tile_columns];
    for (size_t c = 0; c < tile_columns; ++c) sums[c] = fold_registers(parts[r][c]);
    sum_four(sums, products + r * tile_columns);
  }
}

void gram_tile(const float *a, const float *b, size_t stride, size_t dimension, float *products) {
  constexpr size_t rows = FACE_VECTOR_BYTES == 64 ? 6 : FACE_VECTOR_BYTES == 32 ? 3 : 2;
  for (size_t r = 0; r < tile_rows; r += rows) {
    tile_part<rows>(a + r * stride, b, stride, dimension, products + r * tile_columns);
  }
}

float gram_pair(const float *a, const float *b, size_t dimension) {
  Floats sums[sum_registers] = {};
  for (size_t i = 0; i < dimension; i += gram_lanes) {
    for (size_t k = 0; k < sum_registers; ++k) {
      const size_t at = i + k * float_lanes;
      sums[k] = multiply_add(load_aligned(a + at), load_aligned(b + at), sums[k]);
    }
  }
  return sum_lanes_single(fold_registers(sums));
}

double weighted_square(const float *const *rows, const float *weights, size_t count, size_t dimension) {
  // Four squares are added up in single precision before they are converted, the same four on every level.
  constexpr size_t group = 4;
  constexpr size_t strip = group * sum_registers;
  static_assert(padded_elements % (strip * float_lanes) == 0, "a row is whole strips");
  Doubles squares[2 * sum_registers] = {};
  for (size_t i = 0; i < dimension; i += strip * float_lanes) {
    Floats parts[strip] = {};
    for (size_t k = 0; k < count; ++k) {
      const Floats weight = Floats{} + weights[k];
      for (size_t v = 0; v < strip; ++v) {
        parts[v] = multiply_add(weight, load_aligned(rows[k] + i + v * float_lanes), parts[v]);
      }
    }
    for (size_t v = 0; v < sum_registers; ++v) {
      Floats square = parts[v] * parts[v];
      for (size_t g = 1; g < group; ++g) {
        square = multiply_add(parts[g * sum_registers + v], parts[g * sum_registers + v], square);
      }
      squares[2 * v] += lower_doubles(square);
      squares[2 * v + 1] += upper_doubles(square);
    }
  }
  Doubles total = {};
  for (size_t v = 0; v < 2 * sum_registers; ++v) total += squares[v];
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
      const Floats weight = Floats{} + weights[r * weight_stride + k];
      for (size_t v = 0; v < vectors; ++v) parts[r][v] = multiply_add(weight, values[v], parts[r][v]);
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
