// SPDX-License-Identifier: Apache-2.0
//
// Registers of FACE_VECTOR_BYTES bytes and what the loops do with them beyond arithmetic.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace face {
namespace {

using Doubles __attribute__((vector_size(FACE_VECTOR_BYTES))) = double;
using Floats __attribute__((vector_size(FACE_VECTOR_BYTES))) = float;
/// As many numbers as there are in Doubles.
using LongIntegers __attribute__((vector_size(FACE_VECTOR_BYTES))) = long long;
using Integers __attribute__((vector_size(FACE_VECTOR_BYTES))) = int32_t;
/// As many numbers as there are in Floats.
using Bytes __attribute__((vector_size(FACE_VECTOR_BYTES / 4))) = uint8_t;
/// As many floats as there are doubles in a register.
using HalfFloats __attribute__((vector_size(FACE_VECTOR_BYTES / 2))) = float;
using FourFloats __attribute__((vector_size(16))) = float;

constexpr size_t double_lanes = FACE_VECTOR_BYTES / sizeof(double);
constexpr size_t float_lanes = FACE_VECTOR_BYTES / sizeof(float);

[[gnu::always_inline]] inline Doubles load_doubles(const double *from) {
  Doubles vector;
  memcpy(&vector, from, sizeof vector);
  return vector;
}

[[gnu::always_inline]] inline Doubles load_doubles(const float *from) {
  HalfFloats vector;
  memcpy(&vector, from, sizeof vector);
  return __builtin_convertvector(vector, Doubles);
}

[[gnu::always_inline]] inline Floats load_floats(const float *from) {
  Floats vector;
  memcpy(&vector, from, sizeof vector);
  return vector;
}

/// Never needed: float64 rows are always scaled in double precision.
[[gnu::always_inline]] inline Floats load_floats(const double *) { return Floats{}; }

[[gnu::always_inline]] inline Floats load_aligned(const float *from) {
  return load_floats(static_cast<const float *>(__builtin_assume_aligned(from, FACE_VECTOR_BYTES)));
}

template <class T>
[[gnu::always_inline]] inline Floats scale_wide(const T *from, double scale) {
  const HalfFloats halves[2] = {__builtin_convertvector(load_doubles(from) * scale, HalfFloats),
                                __builtin_convertvector(load_doubles(from + double_lanes) * scale, HalfFloats)};
  Floats scaled;
  memcpy(&scaled, halves, sizeof scaled);
  return scaled;
}

[[gnu::always_inline]] inline double sum_lanes(Doubles vector) {
  double lanes[double_lanes];
  memcpy(lanes, &vector, sizeof vector);
  for (size_t width = double_lanes / 2; width > 0; width /= 2) {
    for (size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
  }
  return lanes[0];
}

[[gnu::always_inline]] inline float largest_lane(Floats vector) {
  float lanes[float_lanes];
  memcpy(lanes, &vector, sizeof vector);
  float largest = lanes[0];
  for (size_t lane = 1; lane < float_lanes; ++lane) largest = lanes[lane] > largest ? lanes[lane] : largest;
  return largest;
}

/// Adds the upper half of a register to its lower half until four sums are left.
[[gnu::always_inline]] inline FourFloats fold(Floats vector) {
#if FACE_VECTOR_BYTES == 64
  const auto eight = __builtin_shufflevector(vector, vector, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
#elif FACE_VECTOR_BYTES == 32
  return __builtin_shufflevector(vector, vector, 0, 1, 2, 3) +
         __builtin_shufflevector(vector, vector, 4, 5, 6, 7);
#else
  return vector;
#endif
}

[[gnu::always_inline]] inline float sum_lanes_single(Floats vector) {
  const FourFloats four = fold(vector);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

/// sum_lanes_single() of four registers at once, equal to the last bit.
[[gnu::always_inline]] inline void sum_four(const Floats *vectors, float *sums) {
  const FourFloats a = fold(vectors[0]);
  const FourFloats b = fold(vectors[1]);
  const FourFloats c = fold(vectors[2]);
  const FourFloats d = fold(vectors[3]);
  const FourFloats low_ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const FourFloats low_cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const FourFloats high_ab = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const FourFloats high_cd = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  // a0 b0 a1 b1 + a2 b2 a3 b3 = (a0 + a2) (b0 + b2) (a1 + a3) (b1 + b3)
  const FourFloats ab = low_ab + high_ab;
  const FourFloats cd = low_cd + high_cd;
  const FourFloats result =
      __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  memcpy(sums, &result, sizeof result);
}

}  // namespace
}  // namespace face
