// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "arena.h"
#include "block_weights.h"
#include "pair_judge.h"
#include "quantized_rows.h"
#include "round_up.h"
#include "template_sums.h"
#include "unit_rows.h"
#include "votes.h"
#include "work_pool.h"

namespace face {

/**
 * Computes w_ij, T_j and t_j = q.T_j / |T_j|, where q.T_j = sum_i w_ij s_i.
 *
 * Time is O(K^2 D). A block of rows meets all rows from its own start on, so each pair is seen once, and memory
 * stays linear in K: the rows, the weights of one block, and T_j. Blocks, tasks and threads only decide when
 * something is computed: every sum is built in one order.
 */
template <class T>
class Voting {
 public:
  Voting(Arena *arena, std::size_t count, const UnitRows &units) noexcept
      : weights_(arena, count),
        sums_(arena, count, units),
        totals_(arena->take<double>(count)),
        scratch_(arena->take<double>(round_up(std::min(count, block_rows), rows_at_once) / rows_at_once *
                                     sums_.stride())) {}

  void run(const PoolLease &pool, const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units,
           const QuantizedRows &quantized, const PairJudge<T> &judge, const QueryCosines &cosines,
           const Votes &votes) noexcept;

 private:
  BlockWeights<T> weights_;
  TemplateSums<T> sums_;
  /// sum_i w_ij
  double *totals_;
  /// A sum for each task of a block.
  double *scratch_;
};

}  // namespace face
