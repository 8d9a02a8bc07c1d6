// SPDX-License-Identifier: Apache-2.0
//
// Registers of FACE_VECTOR_BYTES bytes and what the loops do with them beyond arithmetic.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(FACE_X86_KERNELS)
#include <immintrin.h>
#endif
#if defined(__aarch64__)
#define FACE_HAS_NEON 1
#include <arm_neon.h>
#else
#define FACE_HAS_NEON 0
#endif

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

/// Whether multiply_add() is an instruction.
constexpr bool fused = FACE_VECTOR_BYTES > 16 || FACE_HAS_NEON;

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

[[gnu::always_inline]] inline Floats load_aligned(const float *from) {
  return load_floats(static_cast<const float *>(__builtin_assume_aligned(from, FACE_VECTOR_BYTES)));
}

/// a b + c with one rounding, on every CPU: so that all levels round alike and give the same single precision numbers.
[[gnu::always_inline]] inline Floats multiply_add(Floats a, Floats b, Floats c) {
#if FACE_VECTOR_BYTES == 64
  return _mm512_fmadd_ps(a, b, c);
#elif FACE_VECTOR_BYTES == 32
  return _mm256_fmadd_ps(a, b, c);
#elif FACE_HAS_NEON
  return vfmaq_f32(c, a, b);
#else
  // The product of two floats is exact in a double, and so is nearly every sum of it and a third of like size.
  using WideFloats __attribute__((vector_size(2 * FACE_VECTOR_BYTES))) = double;
  return __builtin_convertvector(__builtin_convertvector(a, WideFloats) * __builtin_convertvector(b, WideFloats) +
                                     __builtin_convertvector(c, WideFloats),
                                 Floats);
#endif
}

[[gnu::always_inline]] inline Floats join(HalfFloats low, HalfFloats high) {
#if FACE_VECTOR_BYTES == 64
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#elif FACE_VECTOR_BYTES == 32
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
#else
  return __builtin_shufflevector(low, high, 0, 1, 2, 3);
#endif
}

[[gnu::always_inline]] inline Doubles lower_doubles(Floats vector) {
#if FACE_VECTOR_BYTES == 64
  return __builtin_convertvector(__builtin_shufflevector(vector, vector, 0, 1, 2, 3, 4, 5, 6, 7), Doubles);
#elif FACE_VECTOR_BYTES == 32
  return __builtin_convertvector(__builtin_shufflevector(vector, vector, 0, 1, 2, 3), Doubles);
#else
  return __builtin_convertvector(__builtin_shufflevector(vector, vector, 0, 1), Doubles);
#endif
}

[[gnu::always_inline]] inline Doubles upper_doubles(Floats vector) {
#if FACE_VECTOR_BYTES == 64
  return __builtin_convertvector(__builtin_shufflevector(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15), Doubles);
#elif FACE_VECTOR_BYTES == 32
  return __builtin_convertvector(__builtin_shufflevector(vector, vector, 4, 5, 6, 7), Doubles);
#else
  return __builtin_convertvector(__builtin_shufflevector(vector, vector, 2, 3), Doubles);
#endif
}

template <class T>
[[gnu::always_inline]] inline Floats scale_wide(const T *from, double scale) {
  return join(__builtin_convertvector(load_doubles(from) * scale, HalfFloats),
              __builtin_convertvector(load_doubles(from + double_lanes) * scale, HalfFloats));
}

[[gnu::always_inline]] inline Floats magnitude(Floats vector) {
  Integers bits;
  memcpy(&bits, &vector, sizeof bits);
  bits &= 0x7fffffff;
  memcpy(&vector, &bits, sizeof bits);
  return vector;
}

[[gnu::always_inline]] inline Floats larger(Floats a, Floats b) { return a > b ? a : b; }

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
