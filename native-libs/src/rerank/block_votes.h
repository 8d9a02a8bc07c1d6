// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "arena.h"
#include "kernels.h"

namespace face {

/// Rows of a block: whole screens and whole panels. More make each visit to the sums T_j, which lie in the third
/// level cache, worth more; fewer keep the block itself in the second (800 KB at 1024 dimensions).
constexpr std::size_t block_rows = 192;
static_assert(block_rows % screen_rows == 0 && block_rows % screen_columns == 0, "a block is whole screens");

/// Rows whose votes are counted together.
constexpr std::size_t rows_at_once = 12;
static_assert(block_rows == 16 * rows_at_once, "a bit of 16 for each group of rows");

/// Some of the candidates of a block, and w_ij of each.
struct VoterList {
  std::size_t size = 0;
  std::uint16_t positions[block_rows];
  double weights[block_rows];

  void add(std::size_t position, double weight) noexcept {
    positions[size] = static_cast<std::uint16_t>(position);
    weights[size] = weight;
    ++size;
  }

  /// Those whose weight is not `base`, with what it is more than that.
  void read(const double *all, std::size_t count, double base) noexcept {
    size = 0;
    for (std::size_t i = 0; i < count; ++i) {
      positions[size] = static_cast<std::uint16_t>(i);
      weights[size] = all[i] - base;
      // What is not counted is written over: cheaper than a jump that nobody can foresee.
      size += all[i] == base ? 0 : 1;
    }
  }
};

/// w_ij of one block's rows i for each candidate j after them: a short list where few vote, as for most candidates,
/// and else a whole row of weights. Different candidates can be written to at the same time.
class BlockVotes {
 public:
  BlockVotes(Arena *arena, std::size_t count) noexcept
      : rows_(arena->take<double>(count * block_rows)),
        list_weights_(arena->take<double>(count * list_length)),
        list_positions_(arena->take<std::uint8_t>(count * list_length)),
        groups_(arena->take<std::uint16_t>(count)),
        voters_(arena->take<std::uint8_t>(count)),
        full_voters_(arena->take<std::uint8_t>(count)),
        whole_(arena->take<std::uint8_t>(count)) {}

  /// Forgets the votes for the candidates from `first` on.
  void start(std::size_t first, std::size_t count) noexcept {
    std::fill_n(groups_ + first, count - first, std::uint16_t{0});
    std::fill_n(voters_ + first, count - first, std::uint8_t{0});
    std::fill_n(full_voters_ + first, count - first, std::uint8_t{0});
    std::fill_n(whole_ + first, count - first, std::uint8_t{0});
  }

  [[nodiscard]] std::size_t voters(std::size_t j) const noexcept { return voters_[j]; }
  /// How many of these vote with weight 1.
  [[nodiscard]] std::size_t full_voters(std::size_t j) const noexcept { return full_voters_[j]; }

  void add(std::size_t j, std::size_t position, double weight) noexcept {
    if (whole_[j] == 0 && voters_[j] < list_length) {
      insert(j, position, weight);
    } else {
      whole_row(j)[position] = weight;
    }
    groups_[j] = static_cast<std::uint16_t>(groups_[j] | 1U << position / rows_at_once);
    ++voters_[j];
    if (weight == 1) ++full_voters_[j];
  }

  /// Adds the votes of `count` positions from `first` on, all of them of a weight: `weights` with `stride` between.
  void add_column(std::size_t j, std::size_t first, std::size_t count, const double *weights,
                  std::size_t stride) noexcept {
    double *const to = whole_row(j) + first;
    std::size_t full = 0;
    for (std::size_t r = 0; r < count; ++r) {
      to[r] = weights[r * stride];
      full += to[r] == 1 ? 1 : 0;
    }
    voters_[j] = static_cast<std::uint8_t>(voters_[j] + count);
    full_voters_[j] = static_cast<std::uint8_t>(full_voters_[j] + full);
  }

  /// Whether any of the candidates from `first` to `last` - 1 has more votes than a list holds.
  [[nodiscard]] bool any_whole(std::size_t first, std::size_t last) const noexcept {
    unsigned any = 0;
    for (std::size_t j = first; j < last; ++j) any |= whole_[j];
    return any != 0;
  }
  [[nodiscard]] bool is_whole(std::size_t j) const noexcept { return whole_[j] != 0; }
  /// The weights of all positions, where is_whole().
  [[nodiscard]] const double *whole(std::size_t j) const noexcept { return rows_ + j * block_rows; }

  /// Calls use(position, weight) for each vote in the order of positions, where not is_whole().
  template <class Use>
  void for_each(std::size_t j, const Use &use) const noexcept {
    for (std::size_t k = 0; k < voters_[j]; ++k) {
      use(std::size_t{list_positions_[j * list_length + k]}, list_weights_[j * list_length + k]);
    }
  }
  /// Appends these votes to a list.
  void read_list(std::size_t j, VoterList *list) const noexcept {
    for_each(j, [&](std::size_t position, double weight) { list->add(position, weight); });
  }
  /// Whether any of the rows_at_once positions from `position` on votes for j, where not is_whole().
  [[nodiscard]] bool has_votes_of(std::size_t j, std::size_t position) const noexcept {
    return (groups_[j] >> position / rows_at_once & 1) != 0;
  }

 private:
  static constexpr std::size_t list_length = 16;

  void insert(std::size_t j, std::size_t position, double weight) noexcept {
    double *const weights = list_weights_ + j * list_length;
    std::uint8_t *const positions = list_positions_ + j * list_length;
    std::size_t at = voters_[j];
    for (; at > 0 && positions[at - 1] > position; --at) {
      positions[at] = positions[at - 1];
      weights[at] = weights[at - 1];
    }
    positions[at] = static_cast<std::uint8_t>(position);
    weights[at] = weight;
  }

  [[nodiscard]] double *whole_row(std::size_t j) noexcept {
    double *const row = rows_ + j * block_rows;
    if (whole_[j] != 0) return row;
    std::fill_n(row, block_rows, 0.0);
    for_each(j, [&](std::size_t position, double weight) { row[position] = weight; });
    whole_[j] = 1;
    return row;
  }

  double *rows_;
  double *list_weights_;
  std::uint8_t *list_positions_;
  /// A bit for each rows_at_once positions.
  std::uint16_t *groups_;
  std::uint8_t *voters_;
  std::uint8_t *full_voters_;
  /// 1 where the row holds the votes, 0 where the list does.
  std::uint8_t *whole_;
};

}  // namespace face
