// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels.h"
#include "status.h"

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

/// One query against its candidates, checked: pointers, sizes and options are valid.
template <class T>
struct ScoreTask {
  const T *query;
  const T *candidates;
  std::size_t count;
  std::size_t dimension;
  std::size_t row_stride;
  /// Null, or an id per candidate, negative for unknown.
  const std::int32_t *subjects;
  Calibration calibration;
  VoteUse vote_use;
  double threshold;
};

/// Where the results go; `cosines` and `neighbours` may be null.
struct ScoreOutputs {
  double *scores;
  double *cosines;
  std::int32_t *neighbours;
};

/// @return ok, non_finite or zero_vector (about the query), out_of_memory.
Status score_candidates(const Kernels &kernels, const ScoreTask<float> &task, const ScoreOutputs &outputs) noexcept;
Status score_candidates(const Kernels &kernels, const ScoreTask<double> &task, const ScoreOutputs &outputs) noexcept;

}  // namespace face
