// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
#include <string.h>

#include "kernels.h"

namespace face {
namespace {

// Not __m512i, which may alias anything: gcc 12 would keep the sums in memory.
using Integers __attribute__((vector_size(64))) = int32_t;
using Floats __attribute__((vector_size(64))) = float;

/// Columns of a panel that one register of partial sums stands for.
constexpr size_t lanes = 16;
static_assert(screen_columns == 2 * lanes, "a panel is two registers wide");

template <class Vector, class Element>
[[gnu::always_inline]] inline Vector load(const Element *from) {
  Vector vector;
  memcpy(&vector, from, sizeof vector);
  return vector;
}

/// sum + the products of four bytes in each lane: `right` without sign, `left` with sign.
[[gnu::always_inline]] inline Integers add_products(Integers sum, Integers right, Integers left) {
  return reinterpret_cast<Integers>(_mm512_dpbusd_epi32(
      reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(right), reinterpret_cast<__m512i>(left)));
}

/// Of `registers` times `lanes` columns, from the `first_register`-th on.
template <size_t first_register, size_t registers>
[[gnu::noinline]] void judge_columns(const ScreenRows &rows, const ScreenPanel &panel, size_t depth, float limit,
                                     uint32_t *possible) {
  Integers sums[screen_rows][registers] = {};
  for (size_t k = 0; k < depth; k += 4) {
    Integers right[registers];
    for (size_t v = 0; v < registers; ++v) {
      right[v] = load<Integers>(panel.shifted + k * screen_columns + (first_register + v) * 64);
    }
    for (size_t r = 0; r < screen_rows; ++r) {
      int32_t four;
      memcpy(&four, rows.whole + r * rows.stride + k, sizeof four);
      const Integers left = four - Integers{};
      for (size_t v = 0; v < registers; ++v) sums[r][v] = add_products(sums[r][v], right[v], left);
    }
  }
  for (size_t r = 0; r < screen_rows; ++r) {
    for (size_t v = 0; v < registers; ++v) {
      const size_t column = (first_register + v) * lanes;
      const Floats product = __builtin_convertvector(sums[r][v] - rows.corrections[r], Floats);
      const Floats bound = product * (rows.steps[r] * load<Floats>(panel.steps + column)) +
                           rows.slacks[r] * load<Floats>(panel.slacks + column);
      const __mmask16 low = _mm512_cmp_ps_mask(bound, _mm512_set1_ps(limit), _CMP_LT_OQ);
      possible[r] &= ~(static_cast<uint32_t>(low) << column);
    }
  }
}

void judge(const ScreenRows &rows, const ScreenPanel &panel, size_t depth, float limit, uint32_t *possible) {
  uint32_t wanted = 0;
  for (size_t r = 0; r < screen_rows; ++r) wanted |= possible[r];
  const bool first_half = wanted % (1U << lanes) != 0;
  const bool second_half = wanted >> lanes != 0;
  if (first_half && second_half) {
    judge_columns<0, 2>(rows, panel, depth, limit, possible);
  } else if (first_half) {
    judge_columns<0, 1>(rows, panel, depth, limit, possible);
  } else if (second_half) {
    judge_columns<1, 1>(rows, panel, depth, limit, possible);
  }
}

}  // namespace

const Screen vnni_screen = {127, 128, judge};

}  // namespace face
