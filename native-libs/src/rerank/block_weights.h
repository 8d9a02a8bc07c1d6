// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "arena.h"
#include "block_votes.h"
#include "kernels.h"
#include "pair_judge.h"
#include "quantized_rows.h"
#include "unit_rows.h"

namespace face {

/**
 * w_ij between the rows i of one block and all rows j after them: each pair of candidates is seen once, in the block
 * of the first. What is kept are the rows j that anybody in the block votes for.
 */
template <class T>
class BlockWeights {
 public:
  BlockWeights(Arena *arena, std::size_t count) noexcept : votes_(arena, count) {}

  /// @param count number of usable candidates.
  void start_block(std::size_t start, std::size_t count) noexcept {
    start_ = start;
    count_ = count;
    end_ = std::min(start + block_rows, count);
    votes_.start(start, count);
  }

  [[nodiscard]] std::size_t start() const noexcept { return start_; }
  [[nodiscard]] std::size_t end() const noexcept { return end_; }
  /// Tasks of weigh() in this block.
  [[nodiscard]] std::size_t panels() const noexcept {
    return (count_ - start_ + screen_columns - 1) / screen_columns;
  }

  /// Position p of a voter stands for the row start() + p. Where j is in the block itself these are the rows before it.
  [[nodiscard]] const BlockVotes &votes() const noexcept { return votes_; }

  /// Whether all rows of the block but `missing` vote for some later candidate with weight 1.
  [[nodiscard]] bool any_nearly_full(std::size_t missing) const noexcept {
    const std::size_t rows = end_ - start_;
    bool found = false;
    for (std::size_t j = end_; rows > missing && !found && j < count_; ++j) {
      found = votes_.full_voters(j) + missing >= rows;
    }
    return found;
  }

  /// Weighs the pairs of the block's rows and the panel's columns. Panels can be weighed at the same time.
  void weigh(const Loops &loops, const PairJudge<T> &judge, const UnitRows &units, const QuantizedRows &quantized,
             std::size_t panel) noexcept {
    const std::size_t first_column = start_ + panel * screen_columns;
    const std::size_t last_column = std::min(first_column + screen_columns, count_) - 1;
    bool dense = !quantized.used();
    for (std::size_t row = start_; row < end_ && row < last_column; row += screen_rows) {
      std::uint32_t possible[screen_rows];
      allow_pairs(row, first_column, possible);
      const int allowed = bits(possible);
      if (judge.has_subjects()) weigh_known(judge, row, first_column, possible);
      if (bits(possible) == 0) continue;
      if (!dense) quantized.judge(row, first_column, judge.lowest(), possible);
      const int found = weigh_possible(loops, judge, units, row, first_column, possible);
      // Where most pairs have a weight the screen only costs time. It changes no result.
      dense = !quantized.used() || 2 * found > allowed;
    }
  }

 private:
  [[nodiscard]] static int bits(const std::uint32_t *possible) noexcept {
    int count = 0;
    for (std::size_t r = 0; r < screen_rows; ++r) count += __builtin_popcount(possible[r]);
    return count;
  }

  /// Bit c of possible[r] for the pairs i < j < count.
  void allow_pairs(std::size_t first_row, std::size_t first_column, std::uint32_t *possible) const noexcept {
    const std::size_t columns = std::min(count_ - first_column, screen_columns);
    const std::uint64_t existing = (std::uint64_t{1} << columns) - 1;
    for (std::size_t r = 0; r < screen_rows; ++r) {
      const std::size_t i = first_row + r;
      const std::size_t skipped = i < first_column ? 0 : std::min(i + 1 - first_column, screen_columns);
      possible[r] = static_cast<std::uint32_t>(existing >> skipped << skipped);
    }
  }

  /// Settles the pairs of known persons and takes them out of `possible`.
  void weigh_known(const PairJudge<T> &judge, std::size_t first_row, std::size_t first_column,
                   std::uint32_t *possible) noexcept {
    for (std::size_t r = 0; r < screen_rows; ++r) {
      const std::uint32_t pairs = possible[r];
      if (pairs == 0 || judge.subject(first_row + r) < 0) continue;
      for (std::uint32_t left = pairs; left != 0; left &= left - 1) {
        const auto c = static_cast<std::size_t>(__builtin_ctz(left));
        const std::int32_t other = judge.subject(first_column + c);
        if (other < 0) continue;
        possible[r] &= ~(std::uint32_t{1} << c);
        if (other == judge.subject(first_row + r)) votes_.add(first_column + c, first_row + r - start_, 1);
      }
    }
  }

  /// @return the number of pairs with a weight.
  int weigh_possible(const Loops &loops, const PairJudge<T> &judge, const UnitRows &units, std::size_t first_row,
                     std::size_t first_column, const std::uint32_t *possible) noexcept {
    int found = 0;
    for (std::size_t r = 0; r < screen_rows; r += tile_rows) {
      std::uint32_t any = 0;
      for (std::size_t k = 0; k < tile_rows; ++k) any |= possible[r + k];
      for (std::size_t c = 0; any != 0 && c < screen_columns; c += tile_columns) {
        if ((any >> c) % (1U << tile_columns) == 0) continue;
        found += weigh_tile(loops, judge, units, first_row + r, first_column + c, possible + r, c);
      }
    }
    return found;
  }

  int weigh_tile(const Loops &loops, const PairJudge<T> &judge, const UnitRows &units, std::size_t first_row,
                 std::size_t first_column, const std::uint32_t *possible, std::size_t shift) noexcept {
    // From this many pairs on, the whole tile is quicker than each of them alone.
    constexpr int worth_a_tile = 4;
    std::uint32_t pairs = 0;
    for (std::size_t r = 0; r < tile_rows; ++r) {
      pairs |= (possible[r] >> shift) % (1U << tile_columns) << (r * tile_columns);
    }
    float products[tile_rows * tile_columns];
    const bool screened = __builtin_popcount(pairs) >= worth_a_tile;
    const bool final = screened && loops.tiles_are_final;
    if (screened) {
      loops.gram_tile(units.row(first_row), units.row(first_column), units.stride(), units.padded_dimension(),
                      products);
      const float largest = *std::max_element(products, products + tile_rows * tile_columns);
      if (largest < judge.certainly_none()) return 0;
      const float smallest = *std::min_element(products, products + tile_rows * tile_columns);
      if (final && pairs == all_pairs && judge.trusts(smallest)) {
        return record_tile(judge, first_row, first_column, products);
      }
    }
    int found = 0;
    for (; pairs != 0; pairs &= pairs - 1) {
      const auto bit = static_cast<std::size_t>(__builtin_ctz(pairs));
      const std::size_t i = first_row + bit / tile_columns;
      const std::size_t j = first_column + bit % tile_columns;
      if (screened && products[bit] < judge.certainly_none()) continue;
      const double weight = judge.weigh(i, j, final ? products[bit] : judge.product(i, j));
      if (weight == 0) continue;
      votes_.add(j, i - start_, weight);
      ++found;
    }
    return found;
  }

  /// Of a tile in which every pair has a weight that its product tells.
  int record_tile(const PairJudge<T> &judge, std::size_t first_row, std::size_t first_column,
                  const float *products) noexcept {
    double weights[tile_rows * tile_columns];
    judge.weigh_trusted_tile(products, weights);
    for (std::size_t c = 0; c < tile_columns; ++c) {
      votes_.add_column(first_column + c, first_row - start_, tile_rows, weights + c, tile_columns);
    }
    return static_cast<int>(tile_rows * tile_columns);
  }

  static constexpr std::uint32_t all_pairs = (1U << (tile_rows * tile_columns)) - 1;

  BlockVotes votes_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;
  std::size_t count_ = 0;
};

}  // namespace face
