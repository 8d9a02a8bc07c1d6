// SPDX-License-Identifier: Apache-2.0
#pragma once

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
    alignas(Arena::alignment) std::uint8_t shifted[largest_depth];
    std::int32_t sum = 0;
    const float lost = loops.quantize(rows.row(index), step, screen_->offset, depth_, whole_ + index * stride_,
                                      shifted, &sum);
    steps_[index] = step;
    // The factor and the last term are for roundings here and in the unit row.
    slacks_[index] = 1 + (std::sqrt(lost) * 1.001F + 1e-5F);
    corrections_[index] = screen_->offset * sum;
    std::uint8_t *panel = panels_ + index / screen_columns * screen_columns * depth_;
    for (std::size_t k = 0; k < depth_; k += 4) {
      std::memcpy(panel + k * screen_columns + index % screen_columns * 4, shifted + k, 4);
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
  /// Largest dimension of an embedding.
  static constexpr std::size_t largest_depth = 4096;
  /// Both whole screens and whole panels.
  static constexpr std::size_t padding = screen_rows * screen_columns / 4;
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
