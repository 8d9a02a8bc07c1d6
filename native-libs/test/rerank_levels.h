// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "arena.h"
#include "check.h"
#include "rerank/score_task.h"

namespace test {

struct LevelResult {
  std::vector<double> scores;
  std::vector<double> cosines;
  std::vector<std::int32_t> neighbours;

  bool operator==(const LevelResult &other) const {
    return scores == other.scores && cosines == other.cosines && neighbours == other.neighbours;
  }
};

/// Scores by a level of vector instructions of the caller's choice.
template <class T>
LevelResult score_with(const face::Kernels &kernels, const std::vector<T> &query, const std::vector<T> &candidates,
                       face::WorkPool *pool = nullptr, const std::vector<std::int32_t> &subjects = {},
                       double alpha = 30) {
  const std::size_t count = candidates.size() / query.size();
  LevelResult result = {std::vector<double>(count), std::vector<double>(count), std::vector<std::int32_t>(count)};
  const face::ScoreTask<T> task = {{count, query.size(), 1, face::VoteUse::larger},
                                   query.data(),
                                   query.size(),
                                   candidates.data(),
                                   query.size(),
                                   subjects.empty() ? nullptr : subjects.data(),
                                   {alpha, 0.42, 0},
                                   0.5};
  const std::size_t bytes = face::score_memory<T>(kernels, task.shape);
  void *memory = std::aligned_alloc(face::Arena::alignment, bytes);
  const face::PoolLease lease(pool);
  EXPECT(memory != nullptr);
  EXPECT(face::score_candidates(kernels, lease, memory, task,
                                {result.scores.data(), result.cosines.data(), result.neighbours.data(), nullptr}) ==
         face::Status::ok);
  std::free(memory);
  return result;
}

}  // namespace test
