// SPDX-License-Identifier: Apache-2.0
//
// The loops behind Peak. Each peak_*.cpp defines FACE_VECTOR_BYTES and PEAK_SUMS and includes this file once.
#pragma once

#include <stddef.h>
#include <string.h>

#include <utility>

#include "peak.h"

namespace bench {
namespace {

using Floats __attribute__((vector_size(FACE_VECTOR_BYTES))) = float;
using Doubles __attribute__((vector_size(FACE_VECTOR_BYTES))) = double;

constexpr size_t float_lanes = FACE_VECTOR_BYTES / sizeof(float);
constexpr size_t double_lanes = FACE_VECTOR_BYTES / sizeof(double);

/// Independent sums: more than latency times instructions per cycle, no more than there are registers for.
using Sums = std::make_index_sequence<PEAK_SUMS>;

/// The folds over constant indices make registers of the array.
template <size_t... I>
[[gnu::always_inline]] inline float multiply_add_all(size_t rounds, float factor, float summand,
                                                     std::index_sequence<I...>) {
  const Floats factors = Floats{} + factor;
  const Floats summands = Floats{} + summand;
  Floats sums[] = {(Floats{} + static_cast<float>(I))...};
  for (size_t round = 0; round < rounds; ++round) ((sums[I] = sums[I] * factors + summands), ...);
  Floats total = {};
  ((total += sums[I]), ...);
  float result = 0;
  for (size_t lane = 0; lane < float_lanes; ++lane) result += total[lane];
  return result;
}

float multiply_add(size_t rounds, float factor, float summand) {
  return multiply_add_all(rounds, factor, summand, Sums{});
}

constexpr size_t operations_per_round = 2 * float_lanes * PEAK_SUMS;

/// @param count at least a strip; what is left of the last strip is not read.
double read(const double *values, size_t count) {
  constexpr size_t strip = 8;
  Doubles sums[strip] = {};
  for (size_t i = 0; i + strip * double_lanes <= count; i += strip * double_lanes) {
    for (size_t k = 0; k < strip; ++k) {
      Doubles vector;
      memcpy(&vector, values + i + k * double_lanes, sizeof vector);
      sums[k] += vector;
    }
  }
  double result = 0;
  for (const Doubles &sum : sums) {
    for (size_t lane = 0; lane < double_lanes; ++lane) result += sum[lane];
  }
  return result;
}

}  // namespace
}  // namespace bench
