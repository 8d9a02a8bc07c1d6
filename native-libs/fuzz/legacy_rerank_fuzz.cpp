// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "forced_level.h"
#include "fuzz_call.h"
#include "fuzz_memory.h"
#include "rerank_case.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  constexpr std::size_t dimension = RERANK_LEGACY_DIMENSION;
  fuzz::FuzzInput input(data, size);
  test::force_level(input.below(static_cast<std::uint32_t>(test::level_count())));
  const std::size_t count = 1 + input.below(8);
  const double threshold = input.byte() > 200 ? fuzz::special_value<double>(input) : 0.5;
  int told = static_cast<int>(count);
  const bool valid_count = input.byte() <= 240;
  if (!valid_count) told = input.pick({0, -1, RERANK_MAX_CANDIDATES + 1, INT32_MIN, INT32_MAX});
  if (input.byte() > 240) {
    const double alpha = fuzz::special_value<double>(input);
    const double tau = fuzz::special_value<double>(input);
    const int status =
        fuzz::call_in_any_environment(input, [=] { return rerank_set_legacy_calibration(alpha, tau); });
    REQUIRE((status == RERANK_OK) == (alpha > 0 && alpha <= 1e6 && tau >= -1 && tau <= 1));
  }

  fuzz::FuzzMemory memory(input);
  auto *query = memory.place<double>(dimension, false);
  auto *candidates = memory.place<double>(count * dimension, false);
  auto *scores = memory.place<double>(count, true);
  const bool refused = query == nullptr || candidates == nullptr || scores == nullptr || !valid_count ||
                       !std::isfinite(threshold) || memory.misplaced();
  std::vector<bool> unusable(count);
  bool query_usable = false;
  if (!refused) {
    fuzz::fill_row(input, query, query, dimension);
    for (std::size_t j = 0; j < count; ++j) {
      double *row = candidates + j * dimension;
      fuzz::fill_row(input, j == 0 ? query : row - dimension, row, dimension);
    }
    // Only now, since inputs may share memory.
    for (std::size_t j = 0; j < count; ++j) unusable[j] = !fuzz::usable(candidates + j * dimension, dimension);
    query_usable = fuzz::usable(query, dimension);
  }
  memory.remember();
  const int status = fuzz::call_in_any_environment(
      input, [&] { return compute_rerank_scores_from_embeddings(query, candidates, told, threshold, scores); });
  memory.check();
  REQUIRE((status == RERANK_OK) == (!refused && query_usable));
  REQUIRE(status >= RERANK_OK && status <= RERANK_NO_THREADS);
  if (status != RERANK_OK) return 0;
  fuzz::check_scores(scores, nullptr, nullptr, unusable);
  std::vector<double> again(count);
  REQUIRE(compute_rerank_scores_from_embeddings(query, candidates, told, threshold, again.data()) == RERANK_OK);
  REQUIRE(std::equal(again.begin(), again.end(), scores));
  return 0;
}
