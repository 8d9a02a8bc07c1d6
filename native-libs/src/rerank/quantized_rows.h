// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "arena.h"
#include "kernels.h"
#include "round_up.h"
#include "unit_rows.h"

namespace face {

/**
 * The unit rows as whole numbers of 8 bits, for a Screen.
 *
 * A row c is step * whole + lost. Of two rows, with a and b the lengths of what they lost,
 *
 *     c.d = step_c step_d (whole_c . whole_d) + (step_c whole_c).lost_d + lost_c.d
 *     |c.d - step_c step_d (whole_c . whole_d)| <= (1 + a) b + a = (1 + a)(1 + b) - 1
 *
 * by the inequality of Cauchy and Schwarz. The product of whole numbers is exact, and the slack of a row is 1 + a. So
 *
 *     step_c step_d (whole_c . whole_d) + slack_c slack_d < x + 1   proves   c.d < x.
 */
class QuantizedRows {
 public:
  QuantizedRows(Arena *arena, const Screen *screen, std::size_t count, std::size_t dimension) noexcept
      : screen_(screen),
        depth_(round_up(dimension, padded_elements)),
        stride_(depth_ + Arena::alignment),
        whole_(arena->take<std::int8_t>(room(count, screen_rows) * stride_)),
        panels_(arena->take<std::uint8_t>(room(count, screen_columns) * depth_)),
        steps_(arena->take<float>(room(count, padding))),
        slacks_(arena->take<float>(room(count, padding))),
        corrections_(arena->take<std::int32_t>(room(count, padding))) {}

  /// Whether rows are to be filled in at all.
  [[nodiscard]] bool used() const noexcept { return screen_ != nullptr; }

  /// @param largest magnitude of the row's elements; not 0, since the row has unit length.
  void fill(const Loops &loops, const UnitRows &rows, std::size_t index, float largest) noexcept {
    // Half a step of room keeps numbers in range however the CPU rounds.
    const float step = largest / (static_cast<float>(screen_->largest) - 0.5F);
    std::int32_t sum = 0;
    const float lost = loops.quantize(rows.row(index), step, depth_, whole_ + index * stride_, &sum);
    steps_[index] = step;
    // The factor and the last term are for roundings here and in the unit row.
    slacks_[index] = 1 + (std::sqrt(lost) * 1.001F + 1e-5F);
    corrections_[index] = screen_->offset * sum;
  }

  /// To be called once the rows first_column to first_column + screen_columns - 1, those that there are, are filled in.
  void fill_panel(std::size_t first_column, std::size_t count) noexcept {
    const std::size_t columns = std::min(count - first_column, screen_columns);
    std::uint8_t *const panel = panels_ + first_column * depth_;
    // Rows after the last are zeros.
    for (std::size_t c = 0; c < columns; c += 4) {
      const std::int8_t *const row = whole_ + (first_column + c) * stride_;
      for (std::size_t k = 0; k < depth_; k += sizeof(FourWords)) {
        transpose(row + k, panel + k * screen_columns + c * 4);
      }
    }
  }

  /// Clears what follows the last of `count` rows, as a screen reads it. To be called before fill().
  void pad(std::size_t count) noexcept {
    std::memset(whole_ + count * stride_, 0, (round_up(count, screen_rows) - count) * stride_);
    const std::size_t end = round_up(count, padding);
    for (std::size_t index = count; index < end; ++index) {
      steps_[index] = 0;
      slacks_[index] = 1;
      corrections_[index] = 0;
    }
    const std::size_t last_panel = count / screen_columns * screen_columns;
    if (last_panel < count) std::memset(panels_ + last_panel * depth_, 0, screen_columns * depth_);
  }

  /// Of screen_rows rows from `first_row` on and the panel that `first_column` begins; see Screen::judge.
  void judge(std::size_t first_row, std::size_t first_column, double cosine, std::uint32_t *possible) const noexcept {
    const ScreenRows rows = {whole_ + first_row * stride_, stride_, steps_ + first_row, slacks_ + first_row,
                             corrections_ + first_row};
    const ScreenPanel panel = {panels_ + first_column * depth_, steps_ + first_column, slacks_ + first_column};
    // The last term is for the roundings of the comparison itself: its terms are about 1 in magnitude.
    screen_->judge(rows, panel, depth_, static_cast<float>(cosine + 1 - 1e-5), possible);
  }

 private:
  using FourWords __attribute__((vector_size(16))) = std::uint32_t;

  /// Four times four numbers of four rows, offset added, to where a panel has them.
  void transpose(const std::int8_t *row, std::uint8_t *to) const noexcept {
    using Bytes __attribute__((vector_size(16))) = std::uint8_t;
    FourWords rows[4];
    for (std::size_t r = 0; r < 4; ++r) {
      Bytes bytes;
      std::memcpy(&bytes, row + r * stride_, sizeof bytes);
      bytes += static_cast<std::uint8_t>(screen_->offset);
      std::memcpy(&rows[r], &bytes, sizeof bytes);
    }
    const FourWords low_ab = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    const FourWords high_ab = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    const FourWords low_cd = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    const FourWords high_cd = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    const FourWords columns[4] = {__builtin_shufflevector(low_ab, low_cd, 0, 1, 4, 5),
                                  __builtin_shufflevector(low_ab, low_cd, 2, 3, 6, 7),
                                  __builtin_shufflevector(high_ab, high_cd, 0, 1, 4, 5),
                                  __builtin_shufflevector(high_ab, high_cd, 2, 3, 6, 7)};
    for (std::size_t k = 0; k < 4; ++k) std::memcpy(to + k * 4 * screen_columns, &columns[k], sizeof columns[k]);
  }

  /// Both whole screens and whole panels.
  static constexpr std::size_t padding = screen_rows * screen_columns / 4;
  static_assert(screen_rows % 4 == 0 && screen_columns % 4 == 0, "whole transpositions");
  static_assert(padding % screen_rows == 0 && padding % screen_columns == 0, "4 divides both");

  [[nodiscard]] std::size_t room(std::size_t count, std::size_t multiple) const noexcept {
    return screen_ == nullptr ? 0 : round_up(count, multiple);
  }

  const Screen *screen_;
  std::size_t depth_;
  std::size_t stride_;
  std::int8_t *whole_;
  std::uint8_t *panels_;
  float *steps_;
  float *slacks_;
  std::int32_t *corrections_;
};

}  // namespace face
