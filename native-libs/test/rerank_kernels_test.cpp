// SPDX-License-Identifier: Apache-2.0
//
// Each level of vector instructions that this CPU can run, forced in turn, gives the same result.

#include <cmath>
#include <cstdio>

#include "check.h"
#include "random_faces.h"
#include "rerank/score_task.h"

namespace {

struct Result {
  std::vector<double> scores;
  std::vector<double> cosines;
  std::vector<std::int32_t> neighbours;
};

template <class T>
Result score(const face::Kernels &kernels, const std::vector<T> &query, const std::vector<T> &candidates) {
  const std::size_t count = candidates.size() / query.size();
  Result result = {std::vector<double>(count), std::vector<double>(count), std::vector<std::int32_t>(count)};
  const face::ScoreTask<T> task = {query.data(), candidates.data(), count,          query.size(),
                                   query.size(), nullptr,           {30, 0.42, 0}, face::VoteUse::larger,
                                   0.5};
  EXPECT(face::score_candidates(kernels, task,
                                {result.scores.data(), result.cosines.data(), result.neighbours.data()}) ==
         face::Status::ok);
  return result;
}

template <class T>
void compare(const std::vector<T> &query, const std::vector<T> &candidates) {
  const face::KernelChoice choice = face::runnable_kernels();
  const Result floor = score(face::portable_kernels, query, candidates);
  for (std::size_t level = 0; level < choice.count; ++level) {
    const Result first = score(*choice.levels[level], query, candidates);
    const Result second = score(*choice.levels[level], query, candidates);
    EXPECT(first.scores == second.scores && first.cosines == second.cosines);
    EXPECT(first.neighbours == floor.neighbours);
    for (std::size_t j = 0; j < floor.scores.size(); ++j) {
      EXPECT_NEAR(first.scores[j], floor.scores[j], 1e-9);
      EXPECT_NEAR(first.cosines[j], floor.cosines[j], 1e-12);
    }
  }
}

void levels_agree() {
  for (const std::size_t dimension : {1u, 15u, 16u, 127u, 512u, 1000u, 4096u}) {
    for (const std::size_t count : {1u, 4u, 63u, 64u, 65u, 131u}) {
      test::RandomFaces faces(static_cast<unsigned>(dimension * 1000 + count));
      const auto candidates = faces.rows(count, dimension, 3, 0.9);
      const auto query = faces.direction(dimension);
      compare(query, candidates);
      compare(test::to_float(query), test::to_float(candidates));
    }
  }
}

/// A bound that is too small would let single precision decide a pair that it cannot.
void products_keep_their_bound() {
  const face::KernelChoice choice = face::runnable_kernels();
  for (const std::size_t dimension : {16u, 512u, 4096u}) {
    test::RandomFaces faces(static_cast<unsigned>(dimension));
    const auto values = faces.rows(4, dimension, 1, 0);
    alignas(64) static float rows[4 * 4096];
    for (std::size_t r = 0; r < 4; ++r) {
      double square = 0;
      for (std::size_t d = 0; d < dimension; ++d) square += values[r * dimension + d] * values[r * dimension + d];
      for (std::size_t d = 0; d < dimension; ++d) {
        rows[r * dimension + d] = static_cast<float>(values[r * dimension + d] / std::sqrt(square));
      }
    }
    for (std::size_t level = 0; level < choice.count; ++level) {
      float products[16];
      choice.levels[level]->gram_tile(rows, rows, dimension, products);
      for (std::size_t r = 0; r < 4; ++r) {
        for (std::size_t c = 0; c < 4; ++c) {
          double exact = 0;
          for (std::size_t d = 0; d < dimension; ++d) {
            exact += static_cast<double>(rows[r * dimension + d]) * static_cast<double>(rows[c * dimension + d]);
          }
          EXPECT_NEAR(static_cast<double>(products[r * 4 + c]), exact, static_cast<double>(dimension + 8) * 0x1p-23);
        }
      }
    }
  }
}

}  // namespace

int main() {
  const face::KernelChoice choice = face::runnable_kernels();
  for (std::size_t level = 0; level < choice.count; ++level) std::printf("level %s\n", choice.levels[level]->name);
  EXPECT(&face::best_kernels() == choice.levels[choice.count - 1]);
  test::group("levels agree", levels_agree);
  test::group("products keep their bound", products_keep_their_bound);
  return test::finish();
}
