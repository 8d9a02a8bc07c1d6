// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "candidate_rows.h"
#include "kernels.h"
#include "status.h"

namespace face {

/// Weight of a pair by its cosine: clamp((C - lowest) * slope, 0, 1).
struct PairWeight {
  /// lo: up to this cosine two candidates say nothing about each other.
  double lowest;
  /// alpha / 5, per unit of cosine.
  double slope;

  /// @param threshold not yet clamped to [.5, .95].
  PairWeight(double alpha, double tau, double threshold) noexcept;

  [[nodiscard]] double operator()(double cosine) const noexcept;
};

/// Who votes and by what rule.
template <class T>
struct Electorate {
  const CandidateRows<T> &rows;
  std::size_t dimension;
  /// Unit vector.
  const double *query;
  /// s_j of the usable candidates.
  const double *cosines;
  /// Null, or ids of all candidates by position in the input, negative for unknown.
  const std::int32_t *subjects;
  PairWeight weight;
};

/// What the usable candidates say about each other, by index into CandidateRows.
struct Votes {
  /// t_j, in [-1, 1]; equal to the own cosine where nobody voted.
  double *cosines;
  /// Number of other candidates with w_ij > 0.
  std::int32_t *neighbours;
};

/**
 * Computes w_ij, T_j and t_j = q.T_j / |T_j|.
 *
 * Time is O(K^2 D). A block of rows meets all rows from its own start on, so each pair is seen once, and memory
 * stays linear in K: single precision rows, the weights of one block, and T_j.
 *
 * A single precision product only decides whether w_ij is certainly 0 or certainly 1 (its error is bounded, see
 * SingleRows). All other pairs are computed again in double precision, and T_j is summed in double precision in
 * ascending order of i. So the result depends neither on the blocks nor on single precision.
 *
 * @return ok or out_of_memory.
 */
Status count_votes(const Kernels &kernels, const Electorate<float> &electorate, const Votes &votes) noexcept;
Status count_votes(const Kernels &kernels, const Electorate<double> &electorate, const Votes &votes) noexcept;

}  // namespace face
