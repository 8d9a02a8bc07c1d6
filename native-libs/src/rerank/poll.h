// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "block_weights.h"
#include "candidate_rows.h"
#include "gather_votes.h"
#include "kernels.h"
#include "pair_judge.h"
#include "template_sums.h"
#include "unit_rows.h"
#include "votes.h"

namespace face {

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
       double *totals, double *scratch) noexcept
      : loops_(loops),
        rows_(rows),
        units_(units),
        judge_(judge),
        cosines_(cosines),
        votes_(votes),
        weights_(weights),
        sums_(sums),
        totals_(totals),
        scratch_(scratch) {}

  /// Votes of the block for the rows_at_once rows from `first` on, all of them after the block.
  void count_for_later(std::size_t first) noexcept {
    Ballot ballots[rows_at_once];
    std::size_t count = 0;
    const std::size_t last = std::min(first + rows_at_once, rows_.size());
    for (std::size_t j = first; j < last; ++j) {
      if (weights_.votes().is_whole(j)) {
        ballots[count++] = ballot_of(j, weights_.votes().whole(j), block_rows);
      } else if (weights_.votes().voters(j) > 0) {
        VoterList list;
        weights_.votes().read_list(j, &list);
        count_list(j, list, weights_.start());
      }
    }
    count_ballots(ballots, count, weights_.start(), block_rows);
  }

  /// Votes for the rows_at_once rows of the block from `first` on, by all rows after the block and by the block
  /// itself. Nobody else votes for them then, and their result is known.
  void finish(std::size_t first) noexcept {
    const std::size_t count = std::min(first + rows_at_once, weights_.end()) - first;
    for (std::size_t chunk = weights_.end(); chunk < rows_.size(); chunk += block_rows) {
      count_chunk(first, count, chunk);
    }
    // Comes last, when it is known whether anybody votes for a row: only then its own weight of 1 is worth adding.
    count_chunk(first, count, weights_.start());
    for (std::size_t r = 0; r < count; ++r) settle(first + r);
  }

 private:
  /// Votes of up to block_rows candidates from `chunk` on, which is the block itself or comes after it, for `count`
  /// rows of the block. Weights are symmetric, so they were found as votes of these rows.
  void count_chunk(std::size_t first, std::size_t count, std::size_t chunk) noexcept {
    const std::size_t size = std::min(block_rows, rows_.size() - chunk);
    if (weights_.votes().any_whole(chunk, chunk + size)) {
      count_rows(first, count, chunk, size);
    } else {
      count_lists(first, count, chunk, size);
    }
  }

  void count_lists(std::size_t first, std::size_t count, std::size_t chunk, std::size_t size) noexcept {
    const std::size_t position = first - weights_.start();
    VoterList lists[rows_at_once];
    const bool own = chunk == weights_.start();
    for (std::size_t r = 0; own && r < count; ++r) {
      weights_.votes().read_list(first + r, &lists[r]);
      // Its own place in the order.
      lists[r].add(position + r, 1);
    }
    gather_lists(weights_.votes(), {position, count}, chunk, size, lists);
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t row = first + r;
      if (own ? lists[r].size == 1 && votes_.neighbours[row] == 0 : lists[r].size == 0) continue;
      if (own) --votes_.neighbours[row];
      count_list(row, lists[r], chunk);
    }
  }

  void count_rows(std::size_t first, std::size_t count, std::size_t chunk, std::size_t size) noexcept {
    double weights[rows_at_once * block_rows];
    gather_rows(weights_.votes(), {first - weights_.start(), count}, chunk, size, weights);
    const bool own = chunk == weights_.start();
    Ballot ballots[rows_at_once];
    std::size_t used = 0;
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t row = first + r;
      double *const to = weights + r * block_rows;
      if (own) add_earlier(weights_.votes(), row, row - chunk, to);
      Ballot ballot = ballot_of(row, to, size);
      if (ballot.count.voters == 0 && (!own || votes_.neighbours[row] == 0)) continue;
      if (own) {
        to[row - chunk] = 1;
        ballot.count.total += 1;
        ++ballot.count.voters;
        ++ballot.count.full_voters;
        // It is no neighbour of its own, but will be counted as one.
        --votes_.neighbours[row];
      }
      ballots[used++] = ballot;
    }
    count_ballots(ballots, used, chunk, size);
  }

  [[nodiscard]] Ballot ballot_of(std::size_t row, const double *weights, std::size_t size) const noexcept {
    return {row, weights, loops_.count_votes(weights, size)};
  }

  /// @param first_voter the candidate that position 0 of the list stands for.
  void count_list(std::size_t row, const VoterList &list, std::size_t first_voter) noexcept {
    if (!sums_.are_few(list.size)) {
      double weights[block_rows] = {};
      for (std::size_t k = 0; k < list.size; ++k) weights[list.positions[k]] = list.weights[k];
      const std::size_t size = std::min(block_rows, rows_.size() - first_voter);
      const Ballot ballot = ballot_of(row, weights, size);
      count_ballots(&ballot, 1, first_voter, size);
      return;
    }
    votes_.neighbours[row] += static_cast<std::int32_t>(list.size);
    for (std::size_t k = 0; k < list.size; ++k) totals_[row] += list.weights[k];
    add_list(row, list, first_voter);
  }

  /// At most rows_at_once ballots of the `chunk` candidates from `first_voter` on.
  void count_ballots(const Ballot *ballots, std::size_t count, std::size_t first_voter, std::size_t chunk) noexcept {
    Ballot crowded[rows_at_once];
    std::size_t many = 0;
    for (std::size_t b = 0; b < count; ++b) {
      const Ballot &ballot = ballots[b];
      votes_.neighbours[ballot.row] += static_cast<std::int32_t>(ballot.count.voters);
      totals_[ballot.row] += ballot.count.total;
      if (sums_.are_few(ballot.count.voters)) {
        VoterList list;
        list.read(ballot.weights, chunk, 0);
        add_list(ballot.row, list, first_voter);
      } else {
        for (std::size_t q = 0; q < cosines_.queries; ++q) {
          product(q, ballot.row) += loops_.dot_double(ballot.weights, cosines(q) + first_voter, chunk);
        }
        crowded[many++] = ballot;
      }
    }
    sums_.add_ballots(loops_, rows_, units_, crowded, many, first_voter, chunk);
  }

  /// One after the other, so that strangers among the candidates change not a bit.
  void add_list(std::size_t row, const VoterList &list, std::size_t first_voter) noexcept {
    for (std::size_t q = 0; q < cosines_.queries; ++q) {
      const double *own = cosines(q) + first_voter;
      for (std::size_t k = 0; k < list.size; ++k) product(q, row) += list.weights[k] * own[list.positions[k]];
    }
    sums_.add_voters(loops_, rows_, row, list, first_voter);
  }

  [[nodiscard]] const double *cosines(std::size_t query) const noexcept {
    return cosines_.values + query * cosines_.stride;
  }
  /// q.T_j until it is turned into t_j.
  [[nodiscard]] double &product(std::size_t query, std::size_t j) const noexcept {
    return votes_.cosines[query * cosines_.stride + j];
  }

  /// Turns q.T_j into t_j.
  void settle(std::size_t j) noexcept {
    if (votes_.neighbours[j] == 0) {
      use_own_cosine(j);
      return;
    }
    double *const scratch = scratch_ + (j - weights_.start()) / rows_at_once * sums_.stride();
    const double length = sums_.length(loops_, rows_, units_, j, scratch);
    // Each query for itself: what another one of the batch is like must not show.
    const bool rounded = sums_.rounded(j);
    double precise = -1;
    for (std::size_t q = 0; q < cosines_.queries; ++q) {
      double &vote = product(q, j);
      double divisor = length;
      if (rounded && (length < short_length * totals_[j] || vote > nearly_identical * length)) {
        if (precise < 0) precise = precise_length(j, scratch);
        divisor = precise;
      }
      const bool cancelled = divisor <= cancelled_length * (1.0 + votes_.neighbours[j]);
      vote = cancelled ? cosines(q)[j] : std::min(std::max(vote / divisor, -1.0), 1.0);
    }
  }

  void use_own_cosine(std::size_t j) noexcept {
    for (std::size_t q = 0; q < cosines_.queries; ++q) {
      product(q, j) = cosines(q)[j];
    }
  }

  [[nodiscard]] double precise_length(std::size_t j, double *scratch) noexcept {
    if (!sums_.listed(j)) sum_precisely(j);
    return sums_.exact_length(loops_, rows_, j, scratch);
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
  /// A sum for each task of a block.
  double *scratch_;
};

}  // namespace face
