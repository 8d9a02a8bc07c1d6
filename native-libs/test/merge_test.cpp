// SPDX-License-Identifier: Apache-2.0
//
// Results of merge_embeddings().

#include <cmath>
#include <cstring>
#include <limits>

#include "check.h"
#include "merge_call.h"
#include "merge_embeddings.h"
#include "merge_reference.h"
#include "random_faces.h"

namespace {

using test::cosine;
using test::expect_rows_near;
using test::merge;
using test::Merged;
using test::reference_template;
using test::Rows;

void against_reference() {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    test::RandomFaces faces(seed);
    const std::size_t dimensions[] = {2, 33, 512, 1024, 4096};
    const std::size_t dimension = dimensions[seed % 5];
    const std::size_t count = 3 + faces.below(20);
    const std::size_t photos = seed % 2 == 0 ? count : 2;
    const Rows rows = faces.rows(count, dimension, photos, 0.8);
    const Rows weights = test::reference_weights(rows, dimension);
    const Merged got = merge(MERGE_AGREEMENT, dimension, rows);
    EXPECT(got.status == MERGE_OK && got.failed_row == -1);
    expect_rows_near(got.weights, weights, 1e-12);
    expect_rows_near(got.merged, reference_template(rows, dimension, weights), 1e-12);
    EXPECT(got.outliers == test::reference_outliers(weights));
    const Merged single = merge(MERGE_AGREEMENT, dimension, test::to_float(rows));
    expect_rows_near(single.merged, got.merged, 1e-6);
    const Merged mean = merge(MERGE_MEAN, dimension, rows);
    expect_rows_near(mean.weights, Rows(count, 1.0), 0);
    EXPECT(mean.outliers == std::vector<std::uint8_t>(count, 0));
    expect_rows_near(mean.merged, reference_template(rows, dimension, Rows(count, 1.0)), 1e-12);
    EXPECT_NEAR(test::dot(mean.merged.data(), mean.merged.data(), dimension), 1, 1e-12);
  }
}

/// More rows than are kept at unit length.
void many_members() {
  test::RandomFaces faces(70);
  const std::size_t dimension = 256;
  const std::size_t count = 5000;
  const Rows rows = faces.rows(count, dimension, count, 2);
  const Merged got = merge(MERGE_AGREEMENT, dimension, rows);
  EXPECT(got.status == MERGE_OK);
  Rows sum(dimension, 0.0);
  for (std::size_t row = 0; row < count; ++row) {
    const double *const given = rows.data() + row * dimension;
    const double length = std::sqrt(test::dot(given, given, dimension));
    for (std::size_t d = 0; d < dimension; ++d) sum[d] += given[d] / length;
  }
  Rows wanted;
  for (std::size_t row = 0; row < count; ++row) {
    const double *const given = rows.data() + row * dimension;
    const double length = std::sqrt(test::dot(given, given, dimension));
    wanted.push_back((test::dot(given, sum.data(), dimension) / length - 1) / static_cast<double>(count - 1));
  }
  expect_rows_near(got.weights, wanted, 1e-12);
  expect_rows_near(got.merged, reference_template(rows, dimension, wanted), 1e-12);
}

void wrong_photo() {
  test::RandomFaces faces(5);
  const auto person = faces.direction(512);
  Rows rows;
  for (int photo = 0; photo < 4; ++photo) {
    const auto row = faces.photo(person, 0.8);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  const auto stranger = faces.direction(512);
  rows.insert(rows.begin() + 2 * 512, stranger.begin(), stranger.end());
  const Merged weighted = merge(MERGE_AGREEMENT, 512, rows);
  EXPECT((weighted.outliers == std::vector<std::uint8_t>{0, 0, 1, 0, 0}));
  const Merged mean = merge(MERGE_MEAN, 512, rows);
  EXPECT((mean.outliers == std::vector<std::uint8_t>{0, 0, 0, 0, 0}));
  EXPECT(cosine(weighted.merged.data(), person.data(), 512) > cosine(mean.merged.data(), person.data(), 512));
}

/// Half the median is enough not to be an outlier. Elements and cosines are powers of two, so nothing is rounded.
void half_the_median() {
  Rows rows(3 * 16, 1.0);
  for (std::size_t i = 0; i < 4; ++i) rows[16 + i] = -1;
  for (std::size_t i = 1; i < 9; ++i) rows[32 + i] = -1;
  const Merged got = merge(MERGE_AGREEMENT, 16, rows);
  expect_rows_near(got.weights, {0.25, 0.375, 0.125}, 0);
  EXPECT((got.outliers == std::vector<std::uint8_t>{0, 0, 0}));
  rows[32 + 9] = -1;
  EXPECT((merge(MERGE_AGREEMENT, 16, rows).outliers == std::vector<std::uint8_t>{0, 0, 1}));
}

/// Exact sums have a smallest unit, which must be far under what a double tells apart.
void small_numbers() {
  const double small = std::ldexp(1.0, -60);
  const Merged one = merge(MERGE_MEAN, 2, Rows{1, small});
  EXPECT(one.merged[1] == small);
  // Three that have nothing in common but the last number, and so the same weight of some 1e-11 each.
  Rows rows(3 * 25, 0.0);
  for (std::size_t row = 0; row < 3; ++row) {
    rows[row * 25 + row * 8] = 0.6;
    rows[row * 25 + row * 8 + 1] = 0.8;
    rows[row * 25 + 24] = 4.1e-6;
  }
  const Merged weighted = merge(MERGE_AGREEMENT, 25, rows);
  expect_rows_near(weighted.weights, Rows(3, 1.681e-11), 1e-15);
  EXPECT(weighted.weights == Rows(3, weighted.weights[0]));
  expect_rows_near(weighted.merged, merge(MERGE_MEAN, 25, rows).merged, 2e-16);
}

void few_members() {
  const Merged one = merge(MERGE_AGREEMENT, 2, Rows{3, 4});
  expect_rows_near(one.merged, {0.6, 0.8}, 1e-15);
  EXPECT(one.weights[0] == 1 && one.outliers[0] == 0);
  // Two that disagree cannot tell which of them is wrong.
  const Merged two = merge(MERGE_AGREEMENT, 2, Rows{1, 0, -0.6, 0.8});
  expect_rows_near(two.merged, reference_template({1, 0, -0.6, 0.8}, 2, {1, 1}), 1e-15);
  EXPECT(two.weights[0] == 1 && two.weights[1] == 1 && two.outliers[0] == 0 && two.outliers[1] == 0);
}

void expect_plain_mean_of_outliers(const Rows &rows, std::size_t dimension) {
  const std::size_t count = rows.size() / dimension;
  const Merged got = merge(MERGE_AGREEMENT, dimension, rows);
  EXPECT(got.status == MERGE_OK);
  expect_rows_near(got.merged, reference_template(rows, dimension, Rows(count, 1.0)), 1e-15);
  expect_rows_near(got.weights, Rows(count, 0.0), 0);
  EXPECT(got.outliers == std::vector<std::uint8_t>(count, 1));
}

void nobody_agrees() {
  expect_plain_mean_of_outliers({1, 0, 0, 0, 1, 0, 0, 0, 1}, 3);
  // Nor do these, although their cosines come out as some 1e-17 of either sign.
  expect_plain_mean_of_outliers({0.1, 0.2, 0.3, -0.2, 0.1, 0, 0.3, 0.6, -0.5}, 3);
  expect_plain_mean_of_outliers({0.7, 0.7, 0, -0.7, 0.7, 0, 0, 0, 0.3}, 3);
}

void cancelling_members() {
  EXPECT(merge(MERGE_MEAN, 2, Rows{1, 2, -1, -2}).status == MERGE_ZERO_SUM);
  EXPECT(merge(MERGE_AGREEMENT, 2, Rows{1, 2, -1, -2}).status == MERGE_ZERO_SUM);
  EXPECT(merge(MERGE_AGREEMENT, 2, Rows{1, 0, -1, 0, 0, 1, 0, -1}).status == MERGE_ZERO_SUM);
  const std::vector<float> third = {0.1F, 0.7F};
  EXPECT(merge(MERGE_MEAN, 2, std::vector<float>{third[0], third[1], -3 * third[0], -3 * third[1]}).status ==
         MERGE_ZERO_SUM);
}

template <class T>
void unusable_members() {
  const T infinity = std::numeric_limits<T>::infinity();
  for (const T wrong : {infinity, -infinity, std::numeric_limits<T>::quiet_NaN()}) {
    const Merged got = merge(MERGE_AGREEMENT, 2, std::vector<T>{1, 2, 1, 3, wrong, 1, 0, 0});
    EXPECT(got.status == MERGE_NON_FINITE && got.failed_row == 2);
  }
  const Merged zero = merge(MERGE_MEAN, 2, std::vector<T>{1, 2, 0, 0});
  EXPECT(zero.status == MERGE_ZERO_VECTOR && zero.failed_row == 1);
}

}  // namespace

int main() {
  test::group("equals the reference", against_reference);
  test::group("many members", many_members);
  test::group("a wrong photo is an outlier", wrong_photo);
  test::group("half the median is no outlier", half_the_median);
  test::group("small numbers", small_numbers);
  test::group("one and two members", few_members);
  test::group("nobody agrees", nobody_agrees);
  test::group("members that cancel out", cancelling_members);
  test::group("unusable members, float", unusable_members<float>);
  test::group("unusable members, double", unusable_members<double>);
  return test::finish();
}
