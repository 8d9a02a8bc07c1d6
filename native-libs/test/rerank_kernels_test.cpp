// SPDX-License-Identifier: Apache-2.0
//
// Each level of vector instructions that this CPU can run, forced in turn, gives the same result; so do threads, and
// the screen changes not a bit.

#include <cmath>
#include <cstdio>

#include "check.h"
#include "random_faces.h"
#include "rerank_levels.h"

namespace {

using test::LevelResult;
using test::score_with;

template <class T>
void compare(const std::vector<T> &query, const std::vector<T> &candidates) {
  const face::KernelChoice choice = face::runnable_kernels();
  const LevelResult floor = score_with(choice.levels[0], query, candidates);
  for (std::size_t level = 0; level < choice.count; ++level) {
    const face::Kernels &kernels = choice.levels[level];
    const LevelResult result = score_with(kernels, query, candidates);
    EXPECT(result == score_with(kernels, query, candidates));
    EXPECT(result == score_with({kernels.name, kernels.loops, nullptr}, query, candidates));
    EXPECT(result.neighbours == floor.neighbours);
    for (std::size_t j = 0; j < floor.scores.size(); ++j) {
      EXPECT_NEAR(result.scores[j], floor.scores[j], 1e-12);
      EXPECT_NEAR(result.cosines[j], floor.cosines[j], 1e-12);
    }
  }
}

void compare_both(const std::vector<double> &query, const std::vector<double> &candidates) {
  compare(query, candidates);
  compare(test::to_float(query), test::to_float(candidates));
}

/// From a group of three to one person only, and from photos that hardly agree to ones that fully do.
void levels_agree() {
  for (const std::size_t dimension : {1u, 15u, 16u, 127u, 512u, 1000u, 4096u}) {
    for (const std::size_t count : {1u, 4u, 63u, 96u, 97u, 131u, 300u}) {
      if (dimension * count > 300000) continue;
      test::RandomFaces faces(static_cast<unsigned>(dimension * 1000 + count));
      for (const std::size_t photos : {std::size_t{3}, count}) {
        for (const double noise : {0.9, 0.5}) {
          compare_both(faces.direction(dimension), faces.rows(count, dimension, photos, noise));
        }
      }
    }
  }
}

/// Rows of which whole numbers of 8 bits tell little, and pairs that lie where votes begin.
void screen_changes_nothing() {
  for (const std::size_t dimension : {8u, 65u, 512u}) {
    test::RandomFaces faces(static_cast<unsigned>(dimension));
    const std::vector<double> person = faces.direction(dimension);
    std::vector<double> rows;
    for (std::size_t row = 0; row < 200; ++row) {
      // Cosines between photos lie around .42, where weights begin, for a noise of 1.175.
      std::vector<double> photo = faces.photo(person, row % 2 == 0 ? 1.175 : 0.2);
      const std::size_t at = faces.below(dimension);
      switch (row % 6) {
        case 0: photo[at] *= 1000; break;
        case 1: photo.assign(dimension, 1); break;
        case 2: photo.assign(dimension, 0); photo[at] = -1; break;
        case 3:
          for (std::size_t i = 0; i < dimension; ++i) photo[i] = std::exp(-static_cast<double>(i)) * (i % 2 == 0 ? 1 : -1);
          break;
        default: break;
      }
      rows.insert(rows.end(), photo.begin(), photo.end());
    }
    compare_both(person, rows);
  }
}

void threads_change_nothing() {
  const face::KernelChoice choice = face::runnable_kernels();
  for (const std::size_t threads : {2u, 3u, 7u}) {
    face::WorkPool pool;
    EXPECT(pool.start(threads) == face::Status::ok);
    for (const std::size_t count : {1u, 2u, 33u, 97u, 400u}) {
      test::RandomFaces faces(static_cast<unsigned>(count));
      for (const std::size_t photos : {std::size_t{3}, count}) {
        const auto query = test::to_float(faces.direction(128));
        const auto candidates = test::to_float(faces.rows(count, 128, photos, 0.8));
        std::vector<std::int32_t> subjects(count);
        for (std::int32_t &subject : subjects) subject = static_cast<std::int32_t>(faces.below(8)) - 1;
        for (std::size_t level = 0; level < choice.count; ++level) {
          const face::Kernels &kernels = choice.levels[level];
          EXPECT(score_with(kernels, query, candidates, &pool) == score_with(kernels, query, candidates));
          EXPECT(score_with(kernels, query, candidates, &pool, subjects) ==
                 score_with(kernels, query, candidates, nullptr, subjects));
        }
      }
    }
  }
}

/// A steep calibration makes the last digits of a cosine count.
void steep_calibrations_are_exact() {
  test::RandomFaces faces(5);
  const auto query = test::to_float(faces.direction(256));
  const auto candidates = test::to_float(faces.rows(150, 256, 150, 1.1));
  const face::KernelChoice choice = face::runnable_kernels();
  for (const double alpha : {33.0, 1e3, 1e6}) {
    const LevelResult floor = score_with(choice.levels[0], query, candidates, nullptr, {}, alpha);
    for (std::size_t level = 1; level < choice.count; ++level) {
      const LevelResult result = score_with(choice.levels[level], query, candidates, nullptr, {}, alpha);
      for (std::size_t j = 0; j < floor.scores.size(); ++j) EXPECT_NEAR(result.scores[j], floor.scores[j], 1e-6);
    }
  }
}

}  // namespace

int main() {
  const face::KernelChoice choice = face::runnable_kernels();
  for (std::size_t level = 0; level < choice.count; ++level) std::printf("level %s\n", choice.levels[level].name);
  EXPECT(face::best_kernels().loops == choice.levels[choice.count - 1].loops);
  test::group("levels agree", levels_agree);
  test::group("the screen changes nothing", screen_changes_nothing);
  test::group("threads change nothing", threads_change_nothing);
  test::group("steep calibrations are exact", steep_calibrations_are_exact);
  return test::finish();
}
