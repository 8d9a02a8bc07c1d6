// SPDX-License-Identifier: Apache-2.0
#include "voting.h"

#include <algorithm>

#include "poll.h"
#include "round_up.h"

namespace face {

template <class T>
void Voting<T>::run(const PoolLease &pool, const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units,
                    const QuantizedRows &quantized, const PairJudge<T> &judge, const QueryCosines &cosines,
                    const Votes &votes) noexcept {
  const std::size_t count = rows.size();
  sums_.start(count);
  std::fill_n(totals_, count, 0.0);
  std::fill_n(votes.neighbours, count, 0);
  for (std::size_t q = 0; q < cosines.queries; ++q) std::fill_n(votes.cosines + q * cosines.stride, count, 0.0);

  Poll<T> poll(loops, rows, units, judge, cosines, votes, weights_, sums_, totals_, scratch_);
  for (std::size_t start = 0; start < count; start += block_rows) {
    weights_.start_block(start, count);
    pool.for_each(weights_.panels(),
                  [&](std::size_t panel) { weights_.weigh(loops, judge, units, quantized, panel); });
    if (!sums_.totals_known() && weights_.any_nearly_full(TemplateSums<T>::few_voters)) {
      pool.for_each(round_up(count, block_rows) / block_rows,
                    [&](std::size_t block) { sums_.add_up_block(loops, rows, block * block_rows); });
      sums_.use_totals();
    }
    const std::size_t own = round_up(weights_.end() - start, rows_at_once) / rows_at_once;
    const std::size_t later = round_up(count - weights_.end(), rows_at_once) / rows_at_once;
    // The block's own rows take longest, so they come first.
    pool.for_each(own + later, [&](std::size_t task) {
      if (task < own) {
        poll.finish(start + task * rows_at_once);
      } else {
        poll.count_for_later(weights_.end() + (task - own) * rows_at_once);
      }
    });
  }
}

template class Voting<float>;
template class Voting<double>;

}  // namespace face
