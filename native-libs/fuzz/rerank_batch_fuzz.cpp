// SPDX-License-Identifier: Apache-2.0
//
// Several queries at once, with a workspace and with threads: to the last bit what each query gets alone and
// without.

#include <algorithm>

#include "forced_level.h"
#include "fuzz_call.h"
#include "fuzz_memory.h"
#include "rerank_case.h"

namespace {

using fuzz::FuzzInput;
using fuzz::RerankCase;

/// Threads for as long as the program runs.
rerank_pool *shared_pool() {
  static rerank_pool *pool = [] {
    rerank_pool *started = nullptr;
    REQUIRE(rerank_pool_create(3, &started) == RERANK_OK && started != nullptr);
    return started;
  }();
  return pool;
}

struct Queries {
  std::size_t count;
  std::size_t stride;
  std::int32_t told_count;
  std::int64_t told_stride;
  bool valid;

  Queries(FuzzInput &input, std::size_t dimension)
      : count(1 + input.below(5)),
        stride(dimension + (input.byte() > 200 ? input.below(9) : 0)),
        told_count(static_cast<std::int32_t>(count)),
        told_stride(stride == dimension && input.flip() ? 0 : static_cast<std::int64_t>(stride)),
        valid(true) {
    if (input.rarely()) {
      valid = false;
      told_count = input.pick({0, -1, RERANK_MAX_QUERIES + 1, INT32_MIN, INT32_MAX});
    }
    if (input.rarely()) {
      valid = false;
      told_stride = input.pick<std::int64_t>({-1, INT64_MIN});
    }
  }
};

/// The size a call asks for; 0 for a call that is refused anyway.
std::size_t needed_workspace(FuzzInput &input, const RerankCase &given, const Queries &queries) {
  std::uint64_t bytes = 0;
  const int status = fuzz::call_in_any_environment(input, [&] {
    return rerank_workspace_bytes(&given.options, queries.told_count, given.num_candidates, &bytes);
  });
  if (!given.valid || queries.told_count != static_cast<std::int32_t>(queries.count)) return 0;
  REQUIRE(status == RERANK_OK && bytes > 0);
  return bytes;
}

template <class T>
void run(FuzzInput &input, RerankCase given) {
  const Queries queries(input, given.dimension);
  fuzz::FuzzMemory memory(input);
  bool small = false;
  const bool with_workspace = input.flip();
  const std::size_t needed = needed_workspace(input, given, queries);
  if (with_workspace && needed > 0) {
    small = input.rarely();
    given.options.workspace = memory.place_bytes(needed, 64, true);
    given.options.workspace_bytes =
        small ? needed - 1 - input.below(static_cast<std::uint32_t>(needed - 1)) : needed;
    small = small && given.options.workspace != nullptr;
  }
  if (input.flip()) given.options.pool = shared_pool();
  const auto *options = memory.place_options(given.options);
  T *rows = memory.place<T>((queries.count - 1) * queries.stride + given.dimension, false);
  T *candidates = memory.place<T>((given.count - 1) * given.stride + given.dimension, false);
  auto *subjects = input.flip() ? memory.place<std::int32_t>(given.count, false) : nullptr;
  auto *scores = memory.place<double>(queries.count * given.count, true);
  auto *cosines = input.byte() < 200 ? memory.place<double>(queries.count * given.count, true) : nullptr;
  auto *neighbours = input.byte() < 200 ? memory.place<std::int32_t>(given.count, true) : nullptr;
  auto *failed_query = input.byte() < 200 ? memory.place<std::int32_t>(1, true) : nullptr;
  const bool nulls = options == nullptr || rows == nullptr || candidates == nullptr || scores == nullptr;
  const bool refused = nulls || !given.valid || !queries.valid || memory.misplaced() || small;
  std::vector<bool> unusable(given.count);
  bool subjects_allowed = true;
  std::int32_t wanted_failure = -1;
  if (!refused) {
    for (std::size_t q = 0; q < queries.count; ++q) {
      fuzz::fill_row(input, rows, rows + q * queries.stride, given.dimension);
    }
    for (std::size_t j = 0; j < given.count; ++j) {
      fuzz::fill_row(input, j == 0 ? rows : candidates, candidates + j * given.stride, given.dimension);
    }
    if (subjects != nullptr) fuzz::fill_subjects(input, subjects, given.count);
    // Only now, since inputs may share memory.
    for (std::size_t q = queries.count; q > 0; --q) {
      const bool usable = fuzz::usable(rows + (q - 1) * queries.stride, given.dimension);
      if (!usable) wanted_failure = static_cast<std::int32_t>(q - 1);
    }
    for (std::size_t j = 0; j < given.count; ++j) {
      unusable[j] = !fuzz::usable(candidates + j * given.stride, given.dimension);
      if (subjects != nullptr && subjects[j] < -1) subjects_allowed = false;
    }
  }
  memory.remember();
  const int status = fuzz::call_in_any_environment(input, [&] {
    return rerank_scores_batch(options, rows, queries.told_count, queries.told_stride, candidates,
                               given.num_candidates, subjects, scores, cosines, neighbours, failed_query);
  });
  memory.check();
  REQUIRE(status >= RERANK_OK && status <= RERANK_NO_THREADS);
  REQUIRE((status == RERANK_OK) == (!refused && subjects_allowed && wanted_failure < 0));
  if (refused) {
    if (!nulls && given.valid && queries.valid && small)
      REQUIRE(status == RERANK_SMALL_WORKSPACE || memory.misplaced());
    return;
  }
  if (failed_query != nullptr) REQUIRE(*failed_query == (subjects_allowed ? wanted_failure : -1));
  if (status != RERANK_OK) return;

  rerank_options plain = given.options;
  plain.workspace = nullptr;
  plain.pool = nullptr;
  std::vector<double> score(given.count);
  std::vector<double> cosine(given.count);
  std::vector<std::int32_t> neighbour(given.count);
  for (std::size_t q = 0; q < queries.count; ++q) {
    const double *own = scores + q * given.count;
    fuzz::check_scores(own, cosines == nullptr ? nullptr : cosines + q * given.count, neighbours, unusable);
    REQUIRE(rerank_scores(&plain, rows + q * queries.stride, candidates, given.num_candidates, subjects,
                          score.data(), cosine.data(), neighbour.data()) == RERANK_OK);
    REQUIRE(std::equal(score.begin(), score.end(), own));
    if (cosines != nullptr) REQUIRE(std::equal(cosine.begin(), cosine.end(), cosines + q * given.count));
    if (neighbours != nullptr) REQUIRE(std::equal(neighbour.begin(), neighbour.end(), neighbours));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  FuzzInput input(data, size);
  test::force_level(input.below(static_cast<std::uint32_t>(test::level_count())));
  const RerankCase given(input);
  if (given.options.element_type == RERANK_FLOAT64) {
    run<double>(input, given);
  } else {
    run<float>(input, given);
  }
  return 0;
}
