// SPDX-License-Identifier: Apache-2.0
//
// Groups so large that their sums are built in single precision: what must stay exact does.

#include <cmath>

#include "random_faces.h"
#include "rerank_call.h"
#include "rerank_reference.h"

namespace {

constexpr std::size_t dimension = 256;
constexpr std::size_t count = 250;

std::vector<double> repeated(const std::vector<double> &row) {
  std::vector<double> rows;
  for (std::size_t i = 0; i < count; ++i) rows.insert(rows.end(), row.begin(), row.end());
  return rows;
}

/// From loosely to closely alike, against the reference.
void equals_reference() {
  test::RandomFaces faces(21);
  for (const double noise : {1.15, 1.0, 0.8, 0.5, 0.1, 1e-3}) {
    const auto query = faces.direction(dimension);
    const auto candidates = faces.rows(count, dimension, count, noise);
    for (const bool replace : {false, true}) {
      test::Reference reference = {dimension};
      reference.replace = replace;
      auto options = test::default_options(dimension, RERANK_FLOAT64);
      options.mode = replace ? RERANK_MODE_REPLACE : RERANK_MODE_MAX;
      const auto wanted = reference.scores(query, candidates);
      const auto got = test::rerank(options, query, candidates);
      const auto single = test::rerank(options, test::to_float(query), test::to_float(candidates));
      for (std::size_t j = 0; j < count; ++j) {
        EXPECT_NEAR(got.scores[j], wanted[j], 1e-6);
        EXPECT_NEAR(single.scores[j], wanted[j], 1e-5);
      }
    }
  }
}

/// The step to exactly 1 lies at a cosine of 1 - 1e-9, and a flat calibration makes it a high one.
void identical_votes_are_exactly_one() {
  test::RandomFaces faces(22);
  const auto query = faces.direction(dimension);
  for (const double alpha : {1.0, 5.0, 30.0}) {
    auto options = test::default_options(dimension, RERANK_FLOAT64);
    options.alpha = alpha;
    options.mode = RERANK_MODE_REPLACE;
    for (const double score : test::rerank(options, query, repeated(query)).scores) EXPECT(score == 1);
    // A cosine of 1 - 5e-8 is not identical.
    const auto near = repeated(faces.photo(query, 3.2e-4));
    test::Reference reference = {dimension};
    reference.alpha = alpha;
    reference.replace = true;
    const auto wanted = reference.scores(query, near);
    const auto got = test::rerank(options, query, near);
    for (std::size_t j = 0; j < count; ++j) {
      EXPECT(got.scores[j] < 1);
      EXPECT_NEAR(got.scores[j], wanted[j], 1e-6);
    }
  }
}

/// Subjects make candidates vote for each other however little they are alike.
void votes_that_cancel_out() {
  test::RandomFaces faces(23);
  const auto query = faces.direction(dimension);
  const std::vector<std::int32_t> one_person(count, 7);
  auto options = test::default_options(dimension, RERANK_FLOAT64);
  auto rows = repeated(faces.direction(dimension));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i / dimension % 2 == 1) rows[i] = -rows[i];
  }
  const auto cancelled = test::rerank(options, query, rows, one_person);
  test::Reference reference = {dimension};
  const auto wanted = reference.scores(query, rows, one_person);
  for (std::size_t j = 0; j < count; ++j) EXPECT_NEAR(cancelled.scores[j], wanted[j], 1e-9);

  // Strangers of one subject: the sum is short, but has a direction.
  const auto strangers = faces.rows(count, dimension, 1, 0);
  const auto got = test::rerank(options, query, strangers, one_person);
  const auto expected = reference.scores(query, strangers, one_person);
  for (std::size_t j = 0; j < count; ++j) EXPECT_NEAR(got.scores[j], expected[j], 1e-9);
}

/// Nearly everybody votes fully: sums are then made of the block's total.
void nearly_full_votes() {
  test::RandomFaces faces(24);
  const auto query = faces.direction(dimension);
  auto rows = faces.rows(count, dimension, count, 0.4);
  for (std::size_t stranger = 0; stranger < count; stranger += 25) {
    const auto row = faces.direction(dimension);
    std::copy(row.begin(), row.end(), rows.begin() + static_cast<std::ptrdiff_t>(stranger * dimension));
  }
  test::Reference reference = {dimension};
  const auto wanted = reference.scores(query, rows);
  const auto got = test::rerank(test::default_options(dimension, RERANK_FLOAT64), query, rows);
  for (std::size_t j = 0; j < count; ++j) EXPECT_NEAR(got.scores[j], wanted[j], 1e-9);
  EXPECT(got.neighbours[0] == 0 && got.neighbours[1] == static_cast<std::int32_t>(count - count / 25 - 1));
}

/// Around the number of votes from which on a candidate has a row of weights instead of a list, persons one after
/// the other as well as mixed, within a block and across blocks.
void lists_that_grow_into_rows() {
  for (const std::size_t photos : {7u, 15u, 16u, 17u, 18u, 31u, 40u}) {
    test::RandomFaces faces(static_cast<unsigned>(photos));
    const auto sorted = faces.rows(count, dimension, photos, 0.6);
    const auto query = faces.direction(dimension);
    const std::size_t persons = (count + photos - 1) / photos;
    std::vector<double> mixed;
    for (std::size_t person = 0; person < persons * photos; ++person) {
      const std::size_t row = person % persons * photos + person / persons;
      if (row >= count) continue;
      const auto from = sorted.begin() + static_cast<std::ptrdiff_t>(row * dimension);
      mixed.insert(mixed.end(), from, from + static_cast<std::ptrdiff_t>(dimension));
    }
    for (const auto &candidates : {sorted, mixed}) {
      test::Reference reference = {dimension};
      const auto wanted = reference.scores(query, candidates);
      double margin = 0;
      const auto neighbours = reference.neighbours(candidates, &margin);
      EXPECT(margin > 1e-9);
      const auto got = test::rerank(test::default_options(dimension, RERANK_FLOAT64), query, candidates);
      EXPECT(got.neighbours == neighbours);
      for (std::size_t j = 0; j < count; ++j) EXPECT_NEAR(got.scores[j], wanted[j], 1e-7);
    }
  }
}

}  // namespace

int main() {
  test::group("equals the float64 reference", equals_reference);
  test::group("identical votes are exactly one", identical_votes_are_exactly_one);
  test::group("votes that cancel out", votes_that_cancel_out);
  test::group("lists that grow into rows", lists_that_grow_into_rows);
  test::group("nearly full votes", nearly_full_votes);
  return test::finish();
}
