// SPDX-License-Identifier: Apache-2.0
//
// Candidates that bounds and roundings stumble over, on every level of vector instructions, against the float64
// reference.

#include <algorithm>
#include <cmath>
#include <limits>

#include "adversarial_rows.h"
#include "forced_level.h"
#include "rerank_call.h"
#include "rerank_reference.h"

namespace {

using test::RerankResult;
using test::Rows;

struct Calibration {
  double alpha;
  double tau;
  double threshold;
};

/// Of real models, and the steepest and flattest for which scores are promised to 1e-5.
const Calibration calibrations[] = {
    {25, 0.426, 0.5}, {30, 0.42, 0.9}, {32, 0.3, 0.5}, {64, 0.5, 0.7}, {5, 0.2, 0.5}};

template <class T>
RerankResult score(const rerank_options &options, const Rows &query, const Rows &candidates) {
  return test::rerank(options, std::vector<T>(query.begin(), query.end()),
                      std::vector<T>(candidates.begin(), candidates.end()));
}

/// The reference sees the numbers that the library is given.
template <class T>
Rows as_given(const Rows &values) {
  Rows given;
  for (const double value : values) given.push_back(static_cast<double>(static_cast<T>(value)));
  return given;
}

template <class T>
void compare(const rerank_options &options, const test::Reference &reference, const Rows &query,
             const Rows &candidates, const char *name) {
  const int failures = test::failures();
  const Rows given = as_given<T>(candidates);
  const Rows wanted = reference.scores(as_given<T>(query), given);
  double margin = 0;
  const auto wanted_neighbours = reference.neighbours(given, &margin);
  RerankResult floor = {};
  for (std::size_t level = 0; level < test::level_count(); ++level) {
    test::force_level(level);
    const RerankResult got = score<T>(options, query, candidates);
    if (level == 0) floor = got;
    EXPECT(got.status == RERANK_OK);
    for (std::size_t j = 0; j < wanted.size(); ++j) {
      EXPECT(got.scores[j] >= 0 && got.scores[j] <= 1);
      EXPECT_NEAR(got.scores[j], wanted[j], 1e-5);
      EXPECT_NEAR(got.scores[j], floor.scores[j], 1e-9);
    }
    // Nearer to the edge the order of additions decides.
    if (margin > 1e-12) EXPECT(got.neighbours == wanted_neighbours);
  }
  if (test::failures() > failures) {
    std::printf("  %s, %zu bytes an element, %d dimensions, alpha %g, mode %d\n", name, sizeof(T),
                options.dimension, options.alpha, options.mode);
  }
}

void compare_all(std::size_t dimension, std::size_t count) {
  for (const auto &set : test::adversarial_rows(dimension, count)) {
    for (const Calibration &calibration : calibrations) {
      const auto mode = calibration.alpha == 30 ? RERANK_MODE_REPLACE : RERANK_MODE_MAX;
      rerank_options options = test::default_options(dimension, RERANK_FLOAT32);
      options.alpha = calibration.alpha;
      options.tau = calibration.tau;
      options.threshold = calibration.threshold;
      options.mode = mode;
      test::Reference reference = {dimension};
      reference.alpha = calibration.alpha;
      reference.tau = calibration.tau;
      reference.threshold = calibration.threshold;
      reference.replace = mode == RERANK_MODE_REPLACE;
      // The query is a candidate's neighbour, but no candidate.
      Rows query(set.rows.begin(), set.rows.begin() + static_cast<std::ptrdiff_t>(dimension));
      query[dimension / 2] += 0.7 * std::abs(query[0]) + 1e-3;
      compare<float>(options, reference, query, set.rows, set.name.c_str());
      compare<double>(options, reference, query, set.rows, set.name.c_str());
    }
  }
}

void small_sets() {
  for (const std::size_t dimension : {2u, 17u, 66u}) compare_all(dimension, 30);
}
void large_sets() {
  compare_all(512, 30);
  compare_all(1000, 16);
  compare_all(4096, 10);
}
void sets_of_several_blocks() { compare_all(129, 100); }

/// Cosines exactly at lo and a little beside it: bits of single precision, or of bytes, must not decide.
void vote_boundary() {
  constexpr std::size_t dimension = 80;
  for (const Calibration &calibration : calibrations) {
    test::Reference reference = {dimension};
    reference.alpha = calibration.alpha;
    reference.tau = calibration.tau;
    reference.threshold = calibration.threshold;
    const double lo = reference.lowest();
    const double ends[] = {lo, std::min(lo + 5 / calibration.alpha, 0.999)};
    for (const double end : ends) {
      // The first lies on the axis; the others have these cosines to it and lower ones to each other.
      Rows cosines = {1};
      for (const double beside : {0.0, 1e-15, 1e-13, 1e-11, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2}) {
        for (const double sign : {1.0, -1.0}) cosines.push_back(std::min(end + sign * beside, 1.0));
      }
      const Rows candidates = test::at_cosines(dimension, cosines);
      const Rows query = test::row_by(dimension, [](std::size_t i) { return i == 0 ? 0.6 : 0.05; });
      rerank_options options = test::default_options(dimension, RERANK_FLOAT64);
      options.alpha = calibration.alpha;
      options.tau = calibration.tau;
      options.threshold = calibration.threshold;
      compare<double>(options, reference, query, candidates, "beside the boundary");
      compare<float>(options, reference, query, candidates, "beside the boundary");
      test::force_level(test::level_count() - 1);
      const auto got = score<double>(options, query, candidates);
      // Those at least 1e-11 off are on the side where they belong.
      std::int32_t least = 0;
      std::int32_t most = 0;
      for (std::size_t j = 1; j < cosines.size(); ++j) {
        if (cosines[j] > lo + 5e-12) ++least;
        if (cosines[j] > lo - 5e-12) ++most;
      }
      EXPECT(got.neighbours[0] >= least && got.neighbours[0] <= most);
    }
  }
}

/// Every magnitude there is, down to the numbers that have lost bits already.
void magnitudes() {
  constexpr std::size_t dimension = 70;
  const auto sets = test::adversarial_rows(dimension, 20);
  const rerank_options options = test::default_options(dimension, RERANK_FLOAT64);
  const test::Reference reference = {dimension};
  const auto scaled = [](Rows values, double factor) {
    for (double &value : values) value *= factor;
    return values;
  };
  for (const auto &set : sets) {
    const Rows query(set.rows.begin(), set.rows.begin() + dimension);
    const Rows wanted = reference.scores(query, set.rows);
    test::on_every_level_quietly([&] {
      for (const double factor : {1e-290, 1e-200, 1e-100, 1e100, 1e200, 1e290}) {
        const auto got = score<double>(options, scaled(query, 1 / factor), scaled(set.rows, factor));
        for (std::size_t j = 0; j < wanted.size(); ++j) EXPECT_NEAR(got.scores[j], wanted[j], 1e-5);
      }
    });
    // Subnormal elements: few bits are left, but the reference sees the same.
    if (set.name == "thirty orders of magnitude in a row") continue;
    compare<float>(options, reference, query, scaled(set.rows, 1e-39), set.name.c_str());
  }
}

/// A query that is nearly a candidate must not change what another query of the batch gets.
void batch_of_unlike_queries() {
  constexpr std::size_t count = 40;
  for (const std::size_t dimension : {66u, 200u, 512u}) {
    for (const auto &set : test::adversarial_rows(dimension, count)) {
      const auto rows = test::to_float(set.rows);
      auto queries = test::to_float(test::RandomFaces(4).direction(dimension));
      queries.insert(queries.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(dimension));
      for (std::size_t i = 0; i < dimension; ++i) queries.push_back(-rows[i]);
      const auto options = test::default_options(dimension, RERANK_FLOAT32);
      test::on_every_level_quietly([&] {
        std::vector<double> scores(3 * count);
        EXPECT(rerank_scores_batch(&options, queries.data(), 3, 0, rows.data(), count, nullptr, scores.data(),
                                   nullptr, nullptr, nullptr) == RERANK_OK);
        for (std::size_t q = 0; q < 3; ++q) {
          const auto start = queries.begin() + static_cast<std::ptrdiff_t>(q * dimension);
          const std::vector<float> query(start, start + static_cast<std::ptrdiff_t>(dimension));
          const auto single = test::rerank(options, query, rows);
          EXPECT(std::equal(single.scores.begin(), single.scores.end(),
                            scores.begin() + static_cast<std::ptrdiff_t>(q * count)));
        }
      });
    }
  }
}

}  // namespace

int main() {
  test::group("small sets", small_sets);
  test::group("large sets", large_sets);
  test::group("sets of several blocks", sets_of_several_blocks);
  test::group("at the boundary of a vote", vote_boundary);
  test::group("magnitudes", magnitudes);
  test::group("a batch of unlike queries", batch_of_unlike_queries);
  return test::finish();
}
