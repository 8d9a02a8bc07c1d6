// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "check.h"
#include "rerank_compute.h"

namespace test {

struct RerankResult {
  int status;
  std::vector<double> scores;
  std::vector<double> cosines;
  std::vector<std::int32_t> neighbours;
};

inline rerank_options default_options(std::size_t dimension, std::int32_t element_type) {
  rerank_options options;
  EXPECT(rerank_options_init(&options, sizeof options) == RERANK_OK);
  options.dimension = static_cast<std::int32_t>(dimension);
  options.element_type = element_type;
  return options;
}

template <class T>
constexpr std::int32_t element_type() {
  return sizeof(T) == sizeof(float) ? RERANK_FLOAT32 : RERANK_FLOAT64;
}

/// Calls rerank_scores() on packed rows; the element type of `options` follows the vectors.
template <class T>
RerankResult rerank(rerank_options options, const std::vector<T> &query, const std::vector<T> &candidates,
                    const std::vector<std::int32_t> &subjects = {}) {
  options.element_type = element_type<T>();
  const std::size_t count = candidates.size() / static_cast<std::size_t>(options.dimension);
  RerankResult result = {0, std::vector<double>(count, -9), std::vector<double>(count, -9),
                         std::vector<std::int32_t>(count, -9)};
  result.status = rerank_scores(&options, query.data(), candidates.data(), static_cast<std::int32_t>(count),
                                subjects.empty() ? nullptr : subjects.data(), result.scores.data(),
                                result.cosines.data(), result.neighbours.data());
  return result;
}

}  // namespace test
