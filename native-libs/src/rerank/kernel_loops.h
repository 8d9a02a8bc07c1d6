// SPDX-License-Identifier: Apache-2.0
//
// The loops behind Kernels. Each kernels_*.cpp defines FACE_VECTOR_BYTES and includes this file once, so the loops
// have internal linkage and are compiled for that file's instructions. They are written with the vector extensions
// of gcc and clang: the order of additions is then fixed by the source and equal on every run.
#pragma once

#include <stddef.h>
#include <string.h>

#include "kernels.h"

namespace face {
namespace {

using Doubles __attribute__((vector_size(FACE_VECTOR_BYTES))) = double;
using Floats __attribute__((vector_size(FACE_VECTOR_BYTES))) = float;
/// As many floats as there are doubles in a vector.
using HalfFloats __attribute__((vector_size(FACE_VECTOR_BYTES / 2))) = float;

constexpr size_t double_lanes = FACE_VECTOR_BYTES / sizeof(double);
constexpr size_t vector_floats = FACE_VECTOR_BYTES / sizeof(float);

[[gnu::always_inline]] inline Doubles load(const double *from) {
  Doubles vector;
  memcpy(&vector, from, sizeof vector);
  return vector;
}

[[gnu::always_inline]] inline Doubles load(const float *from) {
  HalfFloats vector;
  memcpy(&vector, from, sizeof vector);
  return __builtin_convertvector(vector, Doubles);
}

[[gnu::always_inline]] inline double sum_lanes(Doubles vector) {
  double lanes[double_lanes];
  memcpy(lanes, &vector, sizeof vector);
  for (size_t width = double_lanes / 2; width > 0; width /= 2) {
    for (size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
  }
  return lanes[0];
}

template <class A, class B>
[[gnu::always_inline]] inline double dot_rows(const A *a, const B *b, size_t dimension) {
  // Four independent sums hide the latency of the additions.
  Doubles sums[4] = {};
  size_t i = 0;
  for (; i + 4 * double_lanes <= dimension; i += 4 * double_lanes) {
    for (size_t k = 0; k < 4; ++k) {
      sums[k] += load(a + i + k * double_lanes) * load(b + i + k * double_lanes);
    }
  }
  for (; i + double_lanes <= dimension; i += double_lanes) sums[0] += load(a + i) * load(b + i);
  double total = sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < dimension; ++i) total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return total;
}

template <class T>
[[gnu::always_inline]] inline void add_weighted_rows(double *sum, const T *const *rows, const double *weights,
                                                     size_t count, size_t dimension) {
  // A strip of the sum stays in registers while all rows pass by.
  constexpr size_t strip = 8;
  size_t i = 0;
  for (; i + strip * double_lanes <= dimension; i += strip * double_lanes) {
    Doubles parts[strip];
    for (size_t k = 0; k < strip; ++k) parts[k] = load(sum + i + k * double_lanes);
    for (size_t row = 0; row < count; ++row) {
      const T *from = rows[row] + i;
      for (size_t k = 0; k < strip; ++k) parts[k] += weights[row] * load(from + k * double_lanes);
    }
    memcpy(sum + i, parts, sizeof parts);
  }
  for (size_t row = 0; row < count; ++row) {
    for (size_t k = i; k < dimension; ++k) sum[k] += weights[row] * static_cast<double>(rows[row][k]);
  }
}

[[gnu::always_inline]] inline float sum_lanes_single(Floats vector) {
  float lanes[vector_floats];
  memcpy(lanes, &vector, sizeof vector);
  for (size_t width = vector_floats / 2; width > 0; width /= 2) {
    for (size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
  }
  return lanes[0];
}

/// One product per row of a and column of b in a register each: as many as the register file holds.
template <size_t columns>
[[gnu::always_inline]] inline void tile_columns(const float *a, const float *b, size_t dimension, float *products) {
  Floats sums[tile_size][columns] = {};
  for (size_t i = 0; i < dimension; i += vector_floats) {
    Floats right[columns];
    for (size_t c = 0; c < columns; ++c) memcpy(&right[c], b + c * dimension + i, sizeof(Floats));
    for (size_t r = 0; r < tile_size; ++r) {
      Floats left;
      memcpy(&left, a + r * dimension + i, sizeof left);
      for (size_t c = 0; c < columns; ++c) sums[r][c] += left * right[c];
    }
  }
  for (size_t r = 0; r < tile_size; ++r) {
    for (size_t c = 0; c < columns; ++c) products[r * tile_size + c] = sum_lanes_single(sums[r][c]);
  }
}

double dot_float(const float *a, const float *b, size_t dimension) { return dot_rows(a, b, dimension); }
double dot_double(const double *a, const double *b, size_t dimension) { return dot_rows(a, b, dimension); }
double dot_mixed(const double *a, const float *b, size_t dimension) { return dot_rows(a, b, dimension); }

void add_float_rows(double *sum, const float *const *rows, const double *weights, size_t count, size_t dimension) {
  add_weighted_rows(sum, rows, weights, count, dimension);
}
void add_double_rows(double *sum, const double *const *rows, const double *weights, size_t count,
                     size_t dimension) {
  add_weighted_rows(sum, rows, weights, count, dimension);
}

void gram_tile(const float *a, const float *b, size_t dimension, float *products) {
  constexpr size_t columns = FACE_VECTOR_BYTES == 64 ? 4 : 2;
  for (size_t c = 0; c < tile_size; c += columns) {
    tile_columns<columns>(a, b + c * dimension, dimension, products + c);
  }
}

}  // namespace
}  // namespace face
