// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "arena.h"
#include "block_weights.h"
#include "pair_judge.h"
#include "template_sums.h"
#include "work_pool.h"

namespace face {

/// Cosines of the usable candidates to the queries; query q's are the `count` numbers from q * stride on.
struct QueryCosines {
  const double *values;
  std::size_t stride;
  std::size_t queries;
};

/// What the usable candidates say about each other.
struct Votes {
  /// t_j in [-1, 1] for each query, laid out as QueryCosines; equal to the own cosine where nobody voted.
  double *cosines;
  /// Number of other candidates with w_ij > 0.
  std::int32_t *neighbours;
};

/**
 * Computes w_ij, T_j and t_j = q.T_j / |T_j|, where q.T_j = sum_i w_ij s_i.
 *
 * Time is O(K^2 D). A block of rows meets all rows from its own start on, so each pair is seen once, and memory
 * stays linear in K: the rows, the weights of one block, and T_j. Blocks, tasks and threads only decide when
 * something is computed: every sum is built in ascending order of i, the candidate itself last.
 */
template <class T>
class Voting {
 public:
  Voting(Arena *arena, std::size_t count, const UnitRows &units) noexcept
      : weights_(arena, count), sums_(arena, count, units), totals_(arena->take<double>(count)) {}

  void run(const PoolLease &pool, const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units,
           const QuantizedRows &quantized, const PairJudge<T> &judge, const QueryCosines &cosines,
           const Votes &votes) noexcept;

 private:
  BlockWeights<T> weights_;
  TemplateSums<T> sums_;
  /// sum_i w_ij
  double *totals_;
};

}  // namespace face
