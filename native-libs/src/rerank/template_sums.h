// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "arena.h"
#include "block_votes.h"
#include "candidate_rows.h"
#include "kernels.h"
#include "round_up.h"
#include "unit_rows.h"

namespace face {

/// One row of weights: w_ij of up to block_rows candidates i in a row for one candidate j.
struct Ballot {
  /// j.
  std::size_t row;
  const double *weights;
  VoteCount count;
};

/**
 * |T_j|, where votes come block by block.
 *
 * A candidate with up to few_voters in all has a list of them, and its sum is never kept. Otherwise few voters of a
 * block are added in double precision, and so are nearly all of a block: as its total less what is missing. Anything
 * else is first summed up in single precision, at several times the speed: that gives T_j a relative error of some
 * 1e-7 in a random direction, of which its length, the only thing needed, keeps a thirtieth.
 */
template <class T>
class TemplateSums {
 public:
  TemplateSums(Arena *arena, std::size_t count, const UnitRows &units) noexcept
      : few_voters_(units.padded_dimension() < averaging_dimension ? block_rows : few_voters),
        stride_(units.padded_dimension()),
        sums_(arena->take<double>(count * stride_)),
        states_(arena->take<std::uint8_t>(count)),
        pending_counts_(arena->take<std::uint8_t>(count)),
        pending_(arena->take<PendingVoter>(count * few_voters)),
        totals_(arena->take<double>(round_up(count, block_rows) / block_rows * stride_)) {}

  void start(std::size_t count) noexcept {
    std::fill_n(states_, count, std::uint8_t{untouched});
    std::fill_n(pending_counts_, count, std::uint8_t{0});
    totals_known_ = false;
  }

  [[nodiscard]] bool totals_known() const noexcept { return totals_known_; }
  /// Sums up all candidates of the block that begins with `first`.
  void add_up_block(const Loops &loops, const CandidateRows<T> &rows, std::size_t first) noexcept {
    double *total = totals_ + first / block_rows * stride_;
    std::fill_n(total, stride_, 0.0);
    const std::size_t end = std::min(first + block_rows, rows.size());
    for (std::size_t i = first; i < end; ++i) add_row(loops, rows, total, i, 1);
  }
  /// To be called after add_up_block() for all blocks; ballots may use the totals from then on.
  void use_totals() noexcept { totals_known_ = true; }

  /// Whether so many voters of a block are few enough for each of them to be added alone, by add_voters().
  [[nodiscard]] bool are_few(std::size_t voters) const noexcept { return voters <= few_voters_; }

  /// @param first_voter the candidate that position 0 of the list stands for.
  void add_voters(const Loops &loops, const CandidateRows<T> &rows, std::size_t j, const VoterList &list,
                  std::size_t first_voter) noexcept {
    if (states_[j] == untouched && pending_counts_[j] + list.size <= few_voters) {
      PendingVoter *const pending = pending_ + j * few_voters + pending_counts_[j];
      for (std::size_t k = 0; k < list.size; ++k) {
        pending[k] = {list.weights[k], static_cast<std::uint32_t>(first_voter + list.positions[k])};
      }
      pending_counts_[j] = static_cast<std::uint8_t>(pending_counts_[j] + list.size);
      return;
    }
    add_list(loops, rows, touch(j, untouched), list, first_voter);
  }

  /// Adds ballots with more voters than that, all of the same `chunk` candidates: `first_voter` and those after it.
  /// @param count at most rows_at_once.
  void add_ballots(const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units, const Ballot *ballots,
                   std::size_t count, std::size_t first_voter, std::size_t chunk) noexcept {
    alignas(Arena::alignment) float weights[rows_at_once * block_rows];
    double *sums[rows_at_once];
    std::size_t many = 0;
    for (std::size_t b = 0; b < count; ++b) {
      const Ballot &ballot = ballots[b];
      if (totals_known_ && ballot.count.full_voters + few_voters >= chunk) {
        add_all_but_few(loops, rows, ballot, first_voter, chunk);
        continue;
      }
      sums[many] = touch(ballot.row, summed_in_single);
      for (std::size_t i = 0; i < chunk; ++i) {
        weights[many * block_rows + i] = static_cast<float>(ballot.weights[i]);
      }
      ++many;
    }
    if (many == 0) return;
    loops.add_weighted_rows(sums, weights, block_rows, many, units.row(first_voter), units.stride(), chunk,
                            units.padded_dimension());
  }

  /// sum_j += weight c_i.
  void add_one(const Loops &loops, const CandidateRows<T> &rows, std::size_t j, std::size_t i,
               double weight) noexcept {
    add_row(loops, rows, touch(j, untouched), i, weight);
  }

  /// Forgets what was added to T_j.
  void restart(std::size_t j) noexcept {
    states_[j] = untouched;
    pending_counts_[j] = 0;
  }

  /// Whether all voters of j are still on its list: no sum was begun.
  [[nodiscard]] bool listed(std::size_t j) const noexcept { return states_[j] == untouched; }

  /// Whether single precision had a part in length().
  [[nodiscard]] bool rounded(std::size_t j) const noexcept {
    return listed(j) ? few_voters_ == few_voters : (states_[j] & summed_in_single) != 0;
  }

  /// |T_j|
  /// @param scratch room for one sum.
  [[nodiscard]] double length(const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units, std::size_t j,
                              double *scratch) const noexcept {
    if (!listed(j) || !rounded(j)) return exact_length(loops, rows, j, scratch);
    const float *voters[few_voters];
    float weights[few_voters];
    const PendingVoter *const pending = pending_ + j * few_voters;
    for (std::size_t k = 0; k < pending_counts_[j]; ++k) {
      voters[k] = units.row(pending[k].row);
      weights[k] = static_cast<float>(pending[k].weight);
    }
    return std::sqrt(loops.weighted_square(voters, weights, pending_counts_[j], stride_));
  }

  /// The same without any further rounding to single precision.
  [[nodiscard]] double exact_length(const Loops &loops, const CandidateRows<T> &rows, std::size_t j,
                                    double *scratch) const noexcept {
    double *sum = sums_ + j * stride_;
    if (listed(j)) {
      sum = scratch;
      std::fill_n(sum, stride_, 0.0);
    }
    add_pending(loops, rows, j, sum);
    return std::sqrt(loops.dot_double(sum, sum, stride_));
  }

  /// Elements of a sum.
  [[nodiscard]] std::size_t stride() const noexcept { return stride_; }

  /// Up to this number of rows of a block double precision costs nothing worth saving.
  static constexpr std::size_t few_voters = 16;
  /// Below, errors in a random direction hit the length too often, and double precision costs little.
  static constexpr std::size_t averaging_dimension = 128;

 private:
  struct PendingVoter {
    double weight;
    std::uint32_t row;
  };

  /// Flags of a sum. The memory of most sums is never touched, because nobody votes for most candidates.
  static constexpr std::uint8_t untouched = 0;
  static constexpr std::uint8_t cleared = 1;
  static constexpr std::uint8_t summed_in_single = 2;

  [[nodiscard]] double *touch(std::size_t j, std::uint8_t flag) noexcept {
    double *sum = sums_ + j * stride_;
    if (states_[j] == untouched) std::fill_n(sum, stride_, 0.0);
    states_[j] = static_cast<std::uint8_t>(states_[j] | cleared | flag);
    return sum;
  }

  static void add_list(const Loops &loops, const CandidateRows<T> &rows, double *sum, const VoterList &list,
                       std::size_t first_voter) noexcept {
    if (list.size == 0) return;
    const T *voters[block_rows];
    double weights[block_rows];
    for (std::size_t k = 0; k < list.size; ++k) {
      const std::size_t voter = first_voter + list.positions[k];
      voters[k] = rows.row(voter);
      weights[k] = list.weights[k] * rows.inverse_length(voter);
    }
    add_rows(loops, sum, voters, weights, list.size, rows.dimension());
  }

  void add_pending(const Loops &loops, const CandidateRows<T> &rows, std::size_t j, double *sum) const noexcept {
    const T *voters[few_voters];
    double weights[few_voters];
    const PendingVoter *const pending = pending_ + j * few_voters;
    const std::size_t count = pending_counts_[j];
    for (std::size_t k = 0; k < count; ++k) {
      voters[k] = rows.row(pending[k].row);
      weights[k] = pending[k].weight * rows.inverse_length(pending[k].row);
    }
    if (count > 0) add_rows(loops, sum, voters, weights, count, rows.dimension());
  }

  static void add_row(const Loops &loops, const CandidateRows<T> &rows, double *sum, std::size_t i,
                      double weight) noexcept {
    const T *row = rows.row(i);
    const double factor = weight * rows.inverse_length(i);
    add_rows(loops, sum, &row, &factor, 1, rows.dimension());
  }

  void add_all_but_few(const Loops &loops, const CandidateRows<T> &rows, const Ballot &ballot,
                       std::size_t first_voter, std::size_t chunk) noexcept {
    const double *total = totals_ + first_voter / block_rows * stride_;
    double *sum = touch(ballot.row, untouched);
    for (std::size_t d = 0; d < stride_; ++d) sum[d] += total[d];
    VoterList missing;
    missing.read(ballot.weights, chunk, 1);
    add_list(loops, rows, sum, missing, first_voter);
  }

  std::size_t few_voters_;
  std::size_t stride_;
  double *sums_;
  std::uint8_t *states_;
  /// Voters that are not in the sum yet.
  std::uint8_t *pending_counts_;
  PendingVoter *pending_;
  double *totals_;
  bool totals_known_ = false;
};

}  // namespace face
