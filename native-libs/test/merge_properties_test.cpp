// SPDX-License-Identifier: Apache-2.0
//
// What must hold for any photos.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "merge_call.h"
#include "merge_embeddings.h"
#include "merge_reference.h"
#include "random_faces.h"

namespace {

using test::expect_rows_near;
using test::merge;
using test::Merged;
using test::Rows;

struct Person {
  std::size_t dimension;
  std::size_t count;
  Rows rows;
};

Person random_person(test::RandomFaces &faces) {
  const std::size_t dimensions[] = {1, 3, 16, 127, 512};
  const std::size_t dimension = dimensions[faces.below(5)];
  const std::size_t count = 1 + faces.below(12);
  return {dimension, count, faces.rows(count, dimension, 1 + faces.below(count), faces.between(0.1, 2))};
}

/// Runs a check for many persons and both methods.
template <class Check>
void for_persons(unsigned first_seed, const Check &check) {
  for (unsigned seed = first_seed; seed < first_seed + 150; ++seed) {
    test::RandomFaces faces(seed);
    const Person person = random_person(faces);
    for (const std::int32_t method : {MERGE_MEAN, MERGE_AGREEMENT}) check(person, method, faces);
  }
}

std::vector<std::size_t> random_order(std::size_t count, test::RandomFaces &faces) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[faces.below(i)]);
  return order;
}

/// Bit for bit, which no plain floating point sum achieves.
template <class T>
void order_has_no_influence() {
  for_persons(1, [](const Person &person, std::int32_t method, test::RandomFaces &faces) {
    const std::vector<T> rows(person.rows.begin(), person.rows.end());
    const auto order = random_order(person.count, faces);
    std::vector<T> shuffled;
    for (const std::size_t row : order) {
      const auto start = rows.begin() + static_cast<std::ptrdiff_t>(row * person.dimension);
      shuffled.insert(shuffled.end(), start, start + static_cast<std::ptrdiff_t>(person.dimension));
    }
    const Merged straight = merge(method, person.dimension, rows);
    const Merged mixed = merge(method, person.dimension, shuffled);
    EXPECT(straight.status == mixed.status);
    if (straight.status != MERGE_OK) return;
    EXPECT(straight.merged == mixed.merged);
    for (std::size_t i = 0; i < person.count; ++i) {
      EXPECT(straight.weights[order[i]] == mixed.weights[i]);
      EXPECT(straight.outliers[order[i]] == mixed.outliers[i]);
    }
  });
}

void length_has_no_influence() {
  for_persons(1000, [](const Person &person, std::int32_t method, test::RandomFaces &faces) {
    const Merged straight = merge(method, person.dimension, person.rows);
    if (straight.status != MERGE_OK) return;
    Rows scaled = person.rows;
    Rows doubled = person.rows;
    for (std::size_t row = 0; row < person.count; ++row) {
      // From numbers whose squares are 0 to ones whose squares are infinite.
      const double factor = std::pow(10.0, faces.between(-290, 290));
      const double power_of_two = std::ldexp(1.0, static_cast<int>(faces.below(100)) - 50);
      for (std::size_t i = row * person.dimension; i < (row + 1) * person.dimension; ++i) {
        scaled[i] *= factor;
        doubled[i] *= power_of_two;
      }
    }
    const Merged got = merge(method, person.dimension, scaled);
    EXPECT(got.status == MERGE_OK);
    expect_rows_near(got.weights, straight.weights, 1e-13);
    // A short sum has fewer correct digits.
    expect_rows_near(got.merged, straight.merged, 1e-9);
    EXPECT(merge(method, person.dimension, doubled) == straight);
  });
}

void results_are_in_range() {
  for_persons(2000, [](const Person &person, std::int32_t method, test::RandomFaces &) {
    const Merged got = merge(method, person.dimension, person.rows);
    EXPECT(got.status == MERGE_OK || got.status == MERGE_ZERO_SUM);
    if (got.status != MERGE_OK) return;
    EXPECT_NEAR(test::dot(got.merged.data(), got.merged.data(), person.dimension), 1, 1e-12);
    for (std::size_t i = 0; i < person.count; ++i) {
      EXPECT(got.weights[i] >= 0 && got.weights[i] <= 1);
      EXPECT(got.outliers[i] <= 1 && (got.weights[i] > 0 || got.outliers[i] == 1));
    }
    EXPECT(merge(method, person.dimension, person.rows) == got);
  });
}

void equal_photos_merge_into_themselves() {
  test::RandomFaces faces(3000);
  for (const std::size_t count : {1u, 2u, 3u, 17u, 1000u}) {
    const Rows photo = faces.direction(64);
    Rows rows;
    for (std::size_t i = 0; i < count; ++i) rows.insert(rows.end(), photo.begin(), photo.end());
    const Rows unit = test::reference_template(photo, 64, {1});
    for (const std::int32_t method : {MERGE_MEAN, MERGE_AGREEMENT}) {
      const Merged got = merge(method, 64, rows);
      expect_rows_near(got.merged, unit, 1e-15);
      expect_rows_near(got.weights, Rows(count, 1.0), 1e-14);
      EXPECT(got.outliers == std::vector<std::uint8_t>(count, 0));
    }
  }
}

/// FNV-1a of the bits.
std::uint64_t hash_of(std::uint64_t hash, const Rows &values) {
  for (const double value : values) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    for (int byte = 0; byte < 8; ++byte) hash = (hash ^ ((bits >> (8 * byte)) & 0xff)) * 0x100000001b3u;
  }
  return hash;
}

/// The number was the same with gcc and clang, x86-64 (with fused instructions too) and arm64.
void every_cpu_gives_the_same_bits() {
  std::mt19937 generator(3);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::size_t round = 0; round < 60; ++round) {
    const std::size_t count = 1 + generator() % 30;
    const std::size_t dimension = 1 + generator() % 700;
    Rows rows;
    for (std::size_t i = 0; i < count * dimension; ++i) {
      rows.push_back((static_cast<double>(generator()) - 2147483648.0) / 1e9 + static_cast<double>(i % dimension % 7));
    }
    const Merged got = merge(round % 2 == 0 ? MERGE_MEAN : MERGE_AGREEMENT, dimension, rows);
    hash = hash_of(hash_of(hash, got.merged), got.weights);
  }
  EXPECT(hash == 0xd8077b58b21b416eu);
}

/// What lies between the rows is neither read nor missed.
void strides() {
  test::RandomFaces faces(4000);
  const std::size_t dimension = 37;
  const std::size_t stride = 41;
  const std::size_t count = 6;
  const Rows rows = faces.rows(count, dimension, 3, 1);
  Rows spread((count - 1) * stride + dimension, std::nan(""));
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < dimension; ++i) spread[row * stride + i] = rows[row * dimension + i];
  }
  merge_options options = test::options_of<double>(MERGE_AGREEMENT, dimension);
  options.row_stride = static_cast<std::int64_t>(stride);
  Merged got = {0, Rows(dimension), Rows(count), std::vector<std::uint8_t>(count), 0};
  got.status = merge_embeddings(&options, spread.data(), static_cast<std::int32_t>(count), got.merged.data(),
                                got.weights.data(), got.outliers.data(), nullptr);
  EXPECT(got == merge(MERGE_AGREEMENT, dimension, rows));
}

}  // namespace

int main() {
  test::group("the order has no influence, float", order_has_no_influence<float>);
  test::group("the order has no influence, double", order_has_no_influence<double>);
  test::group("the length has no influence", length_has_no_influence);
  test::group("results are in range", results_are_in_range);
  test::group("equal photos merge into themselves", equal_photos_merge_into_themselves);
  test::group("every CPU gives the same bits", every_cpu_gives_the_same_bits);
  test::group("row strides", strides);
  return test::finish();
}
