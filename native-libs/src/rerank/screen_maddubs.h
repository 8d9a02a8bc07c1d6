// SPDX-License-Identifier: Apache-2.0
//
// The Screen for CPUs without products of four bytes in one instruction. Each file that includes it names the
// intrinsics of its width by FACE_MM and their register by FaceRegister.
#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "kernels.h"

namespace face {
namespace {

/// Columns of a panel that one register of partial sums stands for.
constexpr size_t lanes = sizeof(FaceRegister) / sizeof(int32_t);

/// Rows whose sums stay in registers.
constexpr size_t group = 6;
static_assert(screen_rows % group == 0, "a screen is whole groups");

[[gnu::always_inline]] inline FaceRegister broadcast_four(const int8_t *from) {
  int32_t four;
  memcpy(&four, from, sizeof four);
  return FACE_MM(set1_epi32)(four);
}

/// Products of `group` rows with `lanes` columns.
[[gnu::always_inline]] inline void multiply(const int8_t *whole, size_t stride, const uint8_t *shifted, size_t depth,
                                            int32_t *products) {
  const FaceRegister ones = FACE_MM(set1_epi16)(1);
  FaceRegister sums[group] = {};
  for (size_t k = 0; k < depth; k += 8) {
    const uint8_t *from = shifted + k * screen_columns;
    FaceRegister right[2];
    memcpy(&right[0], from, sizeof right[0]);
    memcpy(&right[1], from + 4 * screen_columns, sizeof right[1]);
    for (size_t r = 0; r < group; ++r) {
      // With numbers of 7 bits four products fit into 16 bits: 4 * 127 * 63 < 2^15.
      const FaceRegister pairs =
          FACE_MM(add_epi16)(FACE_MM(maddubs_epi16)(right[0], broadcast_four(whole + r * stride + k)),
                             FACE_MM(maddubs_epi16)(right[1], broadcast_four(whole + r * stride + k + 4)));
      sums[r] = FACE_MM(add_epi32)(sums[r], FACE_MM(madd_epi16)(pairs, ones));
    }
  }
  memcpy(products, sums, sizeof sums);
}

void judge(const ScreenRows &rows, const ScreenPanel &panel, size_t depth, float limit, uint32_t *possible) {
  for (size_t first = 0; first < screen_rows; first += group) {
    uint32_t wanted = 0;
    for (size_t r = 0; r < group; ++r) wanted |= possible[first + r];
    for (size_t column = 0; column < screen_columns; column += lanes) {
      if ((wanted >> column) % (1U << lanes) == 0) continue;
      alignas(sizeof(FaceRegister)) int32_t products[group * lanes];
      multiply(rows.whole + first * rows.stride, rows.stride, panel.shifted + 4 * column, depth, products);
      for (size_t r = 0; r < group; ++r) {
        const size_t row = first + r;
        uint32_t low = 0;
        for (size_t lane = 0; lane < lanes; ++lane) {
          const auto product = static_cast<float>(products[r * lanes + lane] - rows.corrections[row]);
          const float bound = product * (rows.steps[row] * panel.steps[column + lane]) +
                              rows.slacks[row] * panel.slacks[column + lane];
          low |= static_cast<uint32_t>(bound < limit ? 1 : 0) << lane;
        }
        possible[row] &= ~(low << column);
      }
    }
  }
}

}  // namespace

const Screen FACE_SCREEN = {63, 64, judge};

}  // namespace face
