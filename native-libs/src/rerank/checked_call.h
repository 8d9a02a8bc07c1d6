// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "rerank_compute.h"
#include "score_task.h"
#include "status.h"

namespace face {

/// What the caller of rerank_scores_batch() gave, not looked at yet.
struct GivenCall {
  /// Complete, but not checked.
  rerank_options options;
  const void *queries;
  std::int32_t num_queries;
  std::int64_t query_stride;
  const void *candidates;
  std::int32_t num_candidates;
  const std::int32_t *subjects;
};

/// Finds everything a caller can get wrong before any of its memory is read, then scores.
Status check_and_score(const GivenCall &call, const ScoreOutputs &outputs) noexcept;

/// @param bytes receives what score_memory() says.
Status workspace_bytes(const rerank_options &options, std::int32_t num_queries, std::int32_t num_candidates,
                       std::uint64_t *bytes) noexcept;

}  // namespace face
