// SPDX-License-Identifier: Apache-2.0
#include "voting.h"

#include <algorithm>
#include <cmath>

#include "round_up.h"

namespace face {
namespace {

/// |T_j| per voter under which the voters cancel out and T_j has no direction worth the name.
constexpr double cancelled_length = 1e-9;

/// |T_j| per weight under which the errors of a sum built in single precision would show. Votes go to similar
/// candidates, so this takes subjects that the caller got wrong, or a calibration that lets strangers vote.
constexpr double short_length = 0.1;
/// A vote from which on those errors could decide whether it counts as identical.
constexpr double nearly_identical = 1 - 1e-5;

/// Everything that the steps of one run share.
template <class T>
class Poll {
 public:
  Poll(const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units, const PairJudge<T> &judge,
       const QueryCosines &cosines, const Votes &votes, BlockWeights<T> &weights, TemplateSums<T> &sums,
       double *totals) noexcept
      : loops_(loops),
        rows_(rows),
        units_(units),
        judge_(judge),
        cosines_(cosines),
        votes_(votes),
        weights_(weights),
        sums_(sums),
        totals_(totals) {}

  /// Rows whose votes one task takes.
  static constexpr std::size_t rows_at_once = TemplateSums<T>::sums_at_once;
  static_assert(block_rows % rows_at_once == 0, "a block is whole tasks");

  /// Votes of the block for the rows from `first` on, all of them after the block.
  void count_for_later(std::size_t first) noexcept {
    Ballot ballots[rows_at_once];
    std::size_t count = 0;
    const std::size_t last = std::min(first + rows_at_once, rows_.size());
    for (std::size_t j = first; j < last; ++j) {
      if (weights_.voters(j) == 0) continue;
      ballots[count++] = {j, weights_.weights(j), weights_.voters(j), weights_.full_voters(j)};
    }
    count_ballots(ballots, count, weights_.start());
  }

  /// Votes for rows of the block, `first` and those after it, by the block itself and all rows after it. Nobody else
  /// votes for them then, and their result is known.
  void finish(std::size_t first) noexcept {
    const std::size_t count = std::min(first + rows_at_once, weights_.end()) - first;
    for (std::size_t chunk = weights_.start(); chunk < rows_.size(); chunk += block_rows) {
      double weights[rows_at_once * block_rows];
      if (!gather(first, count, chunk, weights)) continue;
      Ballot ballots[rows_at_once];
      std::size_t used = 0;
      for (std::size_t r = 0; r < count; ++r) {
        const Ballot ballot = count_voters(first + r, weights + r * block_rows);
        if (ballot.voters > 0) ballots[used++] = ballot;
      }
      count_ballots(ballots, used, chunk);
    }
    for (std::size_t r = 0; r < count; ++r) settle(first + r);
  }

 private:
  /// The weights of `count` rows of the block, from `first` on, towards the candidates of a chunk.
  /// @return false when nobody votes; `weights` are then undefined.
  [[nodiscard]] bool gather(std::size_t first, std::size_t count, std::size_t chunk, double *weights) const noexcept {
    const std::size_t end = std::min(chunk + block_rows, rows_.size());
    bool any = false;
    for (std::size_t j = chunk; j < end; ++j) any = any || weights_.voters(j) > 0;
    if (!any) return false;
    std::fill_n(weights, count * block_rows, 0.0);
    // Later candidates have the rows of the block among their voters, and weights are symmetric.
    for (std::size_t j = std::max(chunk, first + 1); j < end; ++j) {
      if (weights_.voters(j) == 0) continue;
      const double *of_block = weights_.weights(j) + (first - weights_.start());
      const std::size_t before = std::min(count, j - first);
      for (std::size_t r = 0; r < before; ++r) weights[r * block_rows + (j - chunk)] = of_block[r];
    }
    if (chunk != weights_.start()) return true;
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t row = first + r;
      if (weights_.voters(row) > 0) std::copy_n(weights_.weights(row), row - chunk, weights + r * block_rows);
    }
    return true;
  }

  [[nodiscard]] static Ballot count_voters(std::size_t row, const double *weights) noexcept {
    std::size_t voters = 0;
    std::size_t full_voters = 0;
    for (std::size_t i = 0; i < block_rows; ++i) {
      voters += weights[i] > 0 ? 1 : 0;
      full_voters += weights[i] == 1 ? 1 : 0;
    }
    return {row, weights, voters, full_voters};
  }

  /// At most rows_at_once ballots of the voters from `first_voter` on.
  void count_ballots(const Ballot *ballots, std::size_t count, std::size_t first_voter) noexcept {
    const std::size_t chunk = std::min(block_rows, rows_.size() - first_voter);
    for (std::size_t b = 0; b < count; ++b) {
      const Ballot &ballot = ballots[b];
      votes_.neighbours[ballot.row] += static_cast<std::int32_t>(ballot.voters);
      for (std::size_t i = 0; i < chunk; ++i) totals_[ballot.row] += ballot.weights[i];
      for (std::size_t q = 0; q < cosines_.queries; ++q) {
        add_to_product(ballot, chunk, cosines_.values + q * cosines_.stride + first_voter,
                       &votes_.cosines[q * cosines_.stride + ballot.row]);
      }
    }
    sums_.add(loops_, rows_, units_, ballots, count, first_voter);
  }

  void add_to_product(const Ballot &ballot, std::size_t chunk, const double *cosines, double *product) const noexcept {
    if (ballot.voters > TemplateSums<T>::few_voters) {
      *product += loops_.dot_double(ballot.weights, cosines, chunk);
      return;
    }
    // One after the other: strangers among the candidates, whose weight is 0, then change not a bit.
    for (std::size_t i = 0; i < chunk; ++i) *product += ballot.weights[i] * cosines[i];
  }

  /// Turns q.T_j into t_j.
  void settle(std::size_t j) noexcept {
    if (votes_.neighbours[j] == 0) {
      use_own_cosine(j);
      return;
    }
    totals_[j] += 1;
    for (std::size_t q = 0; q < cosines_.queries; ++q) {
      votes_.cosines[q * cosines_.stride + j] += cosines_.values[q * cosines_.stride + j];
    }
    sums_.add_one(loops_, rows_, j, j, 1);
    double length = sums_.length(loops_, j);
    if (sums_.rounded(j) && needs_precision(j, length)) {
      sum_precisely(j);
      length = sums_.length(loops_, j);
    }
    if (length <= cancelled_length * (1.0 + votes_.neighbours[j])) {
      use_own_cosine(j);
      return;
    }
    for (std::size_t q = 0; q < cosines_.queries; ++q) {
      double &vote = votes_.cosines[q * cosines_.stride + j];
      vote = std::min(std::max(vote / length, -1.0), 1.0);
    }
  }

  void use_own_cosine(std::size_t j) noexcept {
    for (std::size_t q = 0; q < cosines_.queries; ++q) {
      votes_.cosines[q * cosines_.stride + j] = cosines_.values[q * cosines_.stride + j];
    }
  }

  [[nodiscard]] bool needs_precision(std::size_t j, double length) const noexcept {
    if (length < short_length * totals_[j]) return true;
    for (std::size_t q = 0; q < cosines_.queries; ++q) {
      if (votes_.cosines[q * cosines_.stride + j] > nearly_identical * length) return true;
    }
    return false;
  }

  /// T_j again, all of it in double precision. The weights are those of before, to the last bit.
  void sum_precisely(std::size_t j) noexcept {
    sums_.restart(j);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double weight = i == j ? 1 : judge_.weigh(std::min(i, j), std::max(i, j));
      if (weight > 0) sums_.add_one(loops_, rows_, j, i, weight);
    }
  }

  const Loops &loops_;
  const CandidateRows<T> &rows_;
  const UnitRows &units_;
  const PairJudge<T> &judge_;
  const QueryCosines &cosines_;
  const Votes &votes_;
  BlockWeights<T> &weights_;
  TemplateSums<T> &sums_;
  double *totals_;
};

}  // namespace

template <class T>
void Voting<T>::run(const PoolLease &pool, const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units,
                    const QuantizedRows &quantized, const PairJudge<T> &judge, const QueryCosines &cosines,
                    const Votes &votes) noexcept {
  const std::size_t count = rows.size();
  sums_.start(count);
  std::fill_n(totals_, count, 0.0);
  std::fill_n(votes.neighbours, count, 0);
  for (std::size_t q = 0; q < cosines.queries; ++q) std::fill_n(votes.cosines + q * cosines.stride, count, 0.0);

  using P = Poll<T>;
  P poll(loops, rows, units, judge, cosines, votes, weights_, sums_, totals_);
  for (std::size_t start = 0; start < count; start += block_rows) {
    weights_.start_block(start, count);
    pool.for_each(weights_.panels(),
                  [&](std::size_t panel) { weights_.weigh(loops, judge, units, quantized, panel); });
    if (!sums_.totals_known() && weights_.any_nearly_full(TemplateSums<T>::few_voters)) {
      pool.for_each(round_up(count, block_rows) / block_rows,
                    [&](std::size_t block) { sums_.add_up_block(loops, rows, block * block_rows); });
      sums_.use_totals();
    }
    const std::size_t own = round_up(weights_.end() - start, P::rows_at_once) / P::rows_at_once;
    const std::size_t later = round_up(count - weights_.end(), P::rows_at_once) / P::rows_at_once;
    // The block's own rows take longest, so they come first.
    pool.for_each(own + later, [&](std::size_t task) {
      if (task < own) {
        poll.finish(start + task * P::rows_at_once);
      } else {
        poll.count_for_later(weights_.end() + (task - own) * P::rows_at_once);
      }
    });
  }
}

template class Voting<float>;
template class Voting<double>;

}  // namespace face
