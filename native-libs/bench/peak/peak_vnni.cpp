// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
#include <stddef.h>

#include <utility>

#include "peak.h"

namespace bench {
namespace {

constexpr size_t sums_in_flight = 24;
constexpr size_t bytes_per_vector = 64;

/// Not the intrinsic: gcc 12 copies its destination, and spills registers over it.
[[gnu::always_inline]] inline void add_products(__m512i &sum, __m512i factors, __m512i others) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(factors), "v"(others));
}

template <size_t... I>
[[gnu::always_inline]] inline int multiply_add_all(size_t rounds, int factor, int other,
                                                   std::index_sequence<I...>) {
  const __m512i factors = _mm512_set1_epi8(static_cast<char>(factor));
  const __m512i others = _mm512_set1_epi8(static_cast<char>(other));
  __m512i sums[] = {_mm512_set1_epi32(static_cast<int>(I))...};
  for (size_t round = 0; round < rounds; ++round) (add_products(sums[I], factors, others), ...);
  __m512i total = _mm512_setzero_si512();
  ((total = _mm512_add_epi32(total, sums[I])), ...);
  alignas(bytes_per_vector) int lanes[bytes_per_vector / sizeof(int)];
  _mm512_store_si512(lanes, total);
  int result = 0;
  for (const int lane : lanes) result += lane;
  return result;
}

}  // namespace

const size_t vnni_operations_per_round = 2 * bytes_per_vector * sums_in_flight;

int vnni_multiply_add(size_t rounds, int factor, int other) {
  return multiply_add_all(rounds, factor, other, std::make_index_sequence<sums_in_flight>{});
}

}  // namespace bench
