// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels.h"
#include "status.h"
#include "work_pool.h"

namespace face {

/// How x_j comes from the cosine s_j and the vote t_j; the formulas are in rerank_compute.h.
enum class VoteUse { larger, instead, none };

/// Logistic from cosine to probability. Values are checked before.
struct Calibration {
  double alpha;
  double tau;
  /// ln(N / n_cal): how much a larger collection lowers the odds.
  double gallery_shift;
};

/// Sizes of a call, which decide how much memory it needs.
struct ScoreShape {
  /// Number of candidates.
  std::size_t count;
  std::size_t dimension;
  std::size_t queries;
  VoteUse vote_use;
};

/// Queries against their candidates, checked: pointers, sizes and options are valid.
template <class T>
struct ScoreTask {
  ScoreShape shape;
  const T *queries;
  std::size_t query_stride;
  const T *candidates;
  std::size_t row_stride;
  /// Null, or an id per candidate, negative for unknown.
  const std::int32_t *subjects;
  Calibration calibration;
  double threshold;
};

/// Where the results go; all but `scores` may be null. `failed_query` is set with non_finite and zero_vector.
struct ScoreOutputs {
  double *scores;
  double *cosines;
  std::int32_t *neighbours;
  std::int32_t *failed_query;
};

/// Working memory of score_candidates() in bytes; the largest possible number when it is more than there can be.
template <class T>
std::size_t score_memory(const Kernels &kernels, const ScoreShape &shape) noexcept;

/// @param memory of that size, aligned to Arena::alignment.
/// @return ok, or non_finite or zero_vector (about a query).
template <class T>
Status score_candidates(const Kernels &kernels, const PoolLease &pool, void *memory, const ScoreTask<T> &task,
                        const ScoreOutputs &outputs) noexcept;

}  // namespace face
