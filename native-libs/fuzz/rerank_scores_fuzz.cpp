// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "forced_level.h"
#include "fuzz_call.h"
#include "fuzz_memory.h"
#include "rerank_case.h"
#include "rerank_reference.h"

namespace {

using fuzz::FuzzInput;
using fuzz::RerankCase;

struct Outputs {
  std::vector<double> scores;
  std::vector<double> cosines;
  std::vector<std::int32_t> neighbours;
};

template <class T>
Outputs score(const rerank_options &options, const T *query, const T *candidates, std::size_t count,
              const std::int32_t *subjects) {
  Outputs outputs = {std::vector<double>(count), std::vector<double>(count), std::vector<std::int32_t>(count)};
  REQUIRE(rerank_scores(&options, query, candidates, static_cast<std::int32_t>(count), subjects,
                        outputs.scores.data(), outputs.cosines.data(), outputs.neighbours.data()) == RERANK_OK);
  return outputs;
}

/// Where scores are as good as the interface promises: on every level, and next to the reference.
template <class T>
void compare(const RerankCase &given, const T *query, const T *candidates, const std::vector<bool> &unusable,
             const Outputs &outputs) {
  const auto scaled = [&](const T *row, std::vector<double> &rows) {
    // The reference squares what it is given.
    T largest = 0;
    for (std::size_t i = 0; i < given.dimension; ++i) largest = std::max(largest, std::abs(row[i]));
    const int exponent = -std::ilogb(largest);
    for (std::size_t i = 0; i < given.dimension; ++i)
      rows.push_back(std::scalbn(static_cast<double>(row[i]), exponent));
  };
  std::vector<double> one;
  std::vector<double> rows;
  scaled(query, one);
  for (std::size_t j = 0; j < given.count; ++j) {
    if (!unusable[j]) scaled(candidates + j * given.stride, rows);
  }
  const auto &options = given.options;
  const test::Reference reference = {given.dimension,
                                     options.alpha,
                                     options.tau,
                                     options.n_cal,
                                     options.gallery_size == 0 ? options.n_cal : options.gallery_size,
                                     options.threshold,
                                     options.mode == RERANK_MODE_REPLACE,
                                     options.voting == 1 && options.mode != RERANK_MODE_COSINE};
  const auto wanted = reference.scores(one, rows);
  double margin = 0;
  auto wanted_neighbours = reference.neighbours(rows, &margin);
  if (!reference.voting) std::fill(wanted_neighbours.begin(), wanted_neighbours.end(), 0);
  std::vector<Outputs> levels;
  for (std::size_t level = 0; level < test::level_count(); ++level) {
    test::force_level(level);
    levels.push_back(score(options, query, candidates, given.count, nullptr));
  }
  std::size_t usable = 0;
  for (std::size_t j = 0; j < given.count; ++j) {
    if (unusable[j]) continue;
    REQUIRE(std::abs(outputs.scores[j] - wanted[usable]) <= 1e-5);
    // Nearer to the edge the order of additions may decide.
    if (margin > 1e-12) REQUIRE(outputs.neighbours[j] == wanted_neighbours[usable]);
    for (const Outputs &level : levels) REQUIRE(std::abs(outputs.scores[j] - level.scores[j]) <= 1e-6);
    ++usable;
  }
}

template <class T>
void run(FuzzInput &input, const RerankCase &given) {
  fuzz::FuzzMemory memory(input);
  auto *options = memory.place_options(given.options);
  T *query = memory.place<T>(given.dimension, false);
  T *candidates = memory.place<T>((given.count - 1) * given.stride + given.dimension, false);
  auto *subjects = input.flip() ? memory.place<std::int32_t>(given.count, false) : nullptr;
  auto *scores = memory.place<double>(given.count, true);
  auto *cosines = input.byte() < 200 ? memory.place<double>(given.count, true) : nullptr;
  auto *neighbours = input.byte() < 200 ? memory.place<std::int32_t>(given.count, true) : nullptr;
  const bool nulls = options == nullptr || query == nullptr || candidates == nullptr || scores == nullptr;
  const bool refused = nulls || !given.valid || memory.misplaced();
  bool subjects_allowed = true;
  bool query_usable = false;
  std::vector<bool> unusable(given.count);
  // Misaligned or overlapping memory could not be filled in sensibly; the library must not look at it.
  if (!refused) {
    fuzz::fill_row(input, query, query, given.dimension);
    for (std::size_t j = 0; j < given.count; ++j) {
      T *row = candidates + j * given.stride;
      const T *previous = j == 0 ? query : row - given.stride * (1 + input.below(static_cast<std::uint32_t>(j)));
      fuzz::fill_row(input, previous, row, given.dimension);
    }
    if (subjects != nullptr) fuzz::fill_subjects(input, subjects, given.count);
    // Only now, since inputs may share memory.
    for (std::size_t j = 0; j < given.count; ++j) {
      unusable[j] = !fuzz::usable(candidates + j * given.stride, given.dimension);
      if (subjects != nullptr && subjects[j] < -1) subjects_allowed = false;
    }
    query_usable = fuzz::usable(query, given.dimension);
  }
  memory.remember();
  const int status = fuzz::call_in_any_environment(input, [&] {
    return rerank_scores(options, query, candidates, given.num_candidates, subjects, scores, cosines, neighbours);
  });
  memory.check();
  if (refused || !subjects_allowed) {
    REQUIRE(status != RERANK_OK && status <= RERANK_NO_THREADS);
    return;
  }
  REQUIRE((status == RERANK_OK) == query_usable);
  if (status != RERANK_OK) {
    REQUIRE(status == RERANK_ZERO_QUERY || status == RERANK_NON_FINITE_QUERY);
    return;
  }
  fuzz::check_scores(scores, cosines, neighbours, unusable);
  const Outputs again = score(given.options, query, candidates, given.count, subjects);
  REQUIRE(std::equal(again.scores.begin(), again.scores.end(), scores));
  if (cosines != nullptr) REQUIRE(std::equal(again.cosines.begin(), again.cosines.end(), cosines));
  if (neighbours != nullptr) REQUIRE(std::equal(again.neighbours.begin(), again.neighbours.end(), neighbours));
  if (subjects == nullptr && given.well_conditioned()) compare(given, query, candidates, unusable, again);
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
