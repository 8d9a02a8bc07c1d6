// SPDX-License-Identifier: Apache-2.0
#include <arm_neon.h>

#include "kernels.h"

namespace face {
namespace {

/// Columns of a panel that one register of partial sums stands for.
constexpr size_t lanes = 4;
/// Rows and registers whose sums stay in registers.
constexpr size_t row_group = 6;
constexpr size_t register_group = 4;

void multiply(const int8_t *whole, size_t stride, const int8_t *shifted, size_t depth, int32_t *products) {
  int32x4_t sums[row_group][register_group] = {};
  for (size_t k = 0; k < depth; k += 4) {
    int8x16_t right[register_group];
    for (size_t v = 0; v < register_group; ++v) right[v] = vld1q_s8(shifted + k * screen_columns + v * 16);
    for (size_t r = 0; r < row_group; ++r) {
      const int8x16_t left =
          vreinterpretq_s8_s32(vld1q_dup_s32(reinterpret_cast<const int32_t *>(whole + r * stride + k)));
      for (size_t v = 0; v < register_group; ++v) sums[r][v] = vdotq_s32(sums[r][v], left, right[v]);
    }
  }
  for (size_t r = 0; r < row_group; ++r) {
    for (size_t v = 0; v < register_group; ++v) {
      vst1q_s32(products + (r * register_group + v) * lanes, sums[r][v]);
    }
  }
}

void judge(const ScreenRows &rows, const ScreenPanel &panel, size_t depth, float limit, uint32_t *possible) {
  constexpr size_t columns = register_group * lanes;
  for (size_t first = 0; first < screen_rows; first += row_group) {
    uint32_t wanted = 0;
    for (size_t r = 0; r < row_group; ++r) wanted |= possible[first + r];
    for (size_t column = 0; column < screen_columns; column += columns) {
      if ((wanted >> column) % (1U << columns) == 0) continue;
      int32_t products[row_group * columns];
      multiply(rows.whole + first * rows.stride, rows.stride,
               reinterpret_cast<const int8_t *>(panel.shifted) + 4 * column, depth, products);
      for (size_t r = 0; r < row_group; ++r) {
        uint32_t low = 0;
        for (size_t c = 0; c < columns; ++c) {
          const float bound =
              static_cast<float>(products[r * columns + c]) * (rows.steps[first + r] * panel.steps[column + c]) +
              rows.slacks[first + r] * panel.slacks[column + c];
          low |= static_cast<uint32_t>(bound < limit ? 1 : 0) << c;
        }
        possible[first + r] &= ~(low << column);
      }
    }
  }
}

}  // namespace

// Products of signed numbers need no offset.
const Screen dotprod_screen = {127, 0, judge};

}  // namespace face
