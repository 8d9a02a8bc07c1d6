// SPDX-License-Identifier: Apache-2.0
//
// Results and errors of merge_flip().

#include <cmath>
#include <cstdint>
#include <limits>

#include "check.h"
#include "merge_call.h"
#include "merge_embeddings.h"
#include "merge_reference.h"
#include "random_faces.h"

namespace {

using test::expect_rows_near;
using test::reference_template;
using test::Rows;

void against_reference() {
  test::RandomFaces faces(9);
  for (const std::size_t dimension : {1u, 2u, 31u, 512u, 4096u}) {
    const std::size_t count = 5;
    const auto views = test::to_float(faces.rows(count, dimension, 1, 1));
    auto mirrored = test::to_float(faces.rows(count, dimension, 1, 1));
    if (dimension == 1) mirrored = views;
    std::vector<float> mean(count * dimension);
    std::vector<float> both(2 * count * dimension);
    std::int32_t failed = 0;
    const auto run = [&](std::int32_t mode, std::vector<float> &merged) {
      return merge_flip(mode, views.data(), mirrored.data(), static_cast<std::int32_t>(count),
                        static_cast<std::int32_t>(dimension), merged.data(), &failed);
    };
    EXPECT(run(MERGE_FLIP_MEAN, mean) == MERGE_OK);
    EXPECT(run(MERGE_FLIP_CONCAT, both) == MERGE_OK);
    for (std::size_t face = 0; face < count; ++face) {
      const auto row = [&](const std::vector<float> &rows, std::size_t width) {
        const auto first = rows.begin() + static_cast<std::ptrdiff_t>(face * width);
        return Rows(first, first + static_cast<std::ptrdiff_t>(width));
      };
      Rows pair = row(views, dimension);
      const Rows other = row(mirrored, dimension);
      pair.insert(pair.end(), other.begin(), other.end());
      expect_rows_near(row(mean, dimension), reference_template(pair, dimension, {1, 1}), 1e-6);
      Rows wanted = reference_template(row(views, dimension), dimension, {1});
      const Rows second = reference_template(other, dimension, {1});
      wanted.insert(wanted.end(), second.begin(), second.end());
      for (double &value : wanted) value /= std::sqrt(2.0);
      expect_rows_near(row(both, 2 * dimension), wanted, 1e-6);
    }
  }
}

/// A face gets the same result alone and in a batch, and whichever view is called mirrored.
void properties() {
  test::RandomFaces faces(10);
  const std::size_t dimension = 128;
  const auto views = test::to_float(faces.rows(7, dimension, 1, 1));
  const auto mirrored = test::to_float(faces.rows(7, dimension, 1, 1));
  std::vector<float> batch(views.size());
  std::vector<float> exchanged(views.size());
  EXPECT(merge_flip(MERGE_FLIP_MEAN, views.data(), mirrored.data(), 7, 128, batch.data(), nullptr) == MERGE_OK);
  EXPECT(merge_flip(MERGE_FLIP_MEAN, mirrored.data(), views.data(), 7, 128, exchanged.data(), nullptr) == MERGE_OK);
  EXPECT(batch == exchanged);
  for (std::size_t face = 0; face < 7; ++face) {
    const std::size_t start = face * dimension;
    std::vector<float> alone(dimension);
    EXPECT(merge_flip(MERGE_FLIP_MEAN, &views[start], &mirrored[start], 1, 128, alone.data(), nullptr) == MERGE_OK);
    for (std::size_t i = 0; i < dimension; ++i) EXPECT(alone[i] == batch[start + i]);
  }
}

void errors() {
  const std::vector<float> views = {1, 2, 3, 4, 5, 6};
  std::vector<float> mirrored = {2, 1, -3, -4, 6, 5};
  std::vector<float> merged(12);
  std::int32_t failed = 7;
  const auto run = [&](std::int32_t mode, const float *a, const float *b, std::int32_t count, std::int32_t dimension,
                       float *out) { return merge_flip(mode, a, b, count, dimension, out, &failed); };
  const float *a = views.data();
  const float *b = mirrored.data();
  EXPECT(run(MERGE_FLIP_MEAN, a, b, 3, 2, merged.data()) == MERGE_ZERO_SUM && failed == 1);
  EXPECT(run(MERGE_FLIP_CONCAT, a, b, 3, 2, merged.data()) == MERGE_OK);
  EXPECT(run(0, a, b, 3, 2, merged.data()) == MERGE_INVALID_OPTION && failed == -1);
  EXPECT(run(3, a, b, 3, 2, merged.data()) == MERGE_INVALID_OPTION);
  EXPECT(run(1, nullptr, b, 3, 2, merged.data()) == MERGE_NULL_POINTER);
  EXPECT(run(1, a, nullptr, 3, 2, merged.data()) == MERGE_NULL_POINTER);
  EXPECT(run(1, a, b, 3, 2, nullptr) == MERGE_NULL_POINTER);
  EXPECT(run(1, a, b, 0, 2, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, std::numeric_limits<std::int32_t>::min(), 2, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, MERGE_MAX_ROWS + 1, 2, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, 3, 0, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, 3, -2, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, 3, MERGE_MAX_DIMENSION + 1, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, 3, 2, mirrored.data()) == MERGE_OVERLAP);
  // The last face of the concatenated output is twice as long as its inputs.
  std::vector<float> memory(18, 1.0F);
  EXPECT(run(MERGE_FLIP_CONCAT, a, &memory[11], 3, 2, memory.data()) == MERGE_OVERLAP);
  EXPECT(run(MERGE_FLIP_CONCAT, a, &memory[12], 3, 2, memory.data()) == MERGE_OK);
  const auto odd = [](const void *start, std::uintptr_t bytes) {
    return reinterpret_cast<float *>(reinterpret_cast<std::uintptr_t>(start) + bytes);
  };
  EXPECT(run(1, odd(a, 1), b, 2, 2, merged.data()) == MERGE_MISALIGNED);
  EXPECT(run(1, a, odd(b, 2), 2, 2, merged.data()) == MERGE_MISALIGNED);
  EXPECT(run(1, a, b, 2, 2, odd(merged.data(), 3)) == MERGE_MISALIGNED);
  // Rows that would reach past the end of the address space.
  EXPECT(run(1, odd(nullptr, UINTPTR_MAX - 15), b, 3, 2, merged.data()) == MERGE_INVALID_SIZE);
  mirrored[4] = std::numeric_limits<float>::infinity();
  EXPECT(run(MERGE_FLIP_CONCAT, a, b, 3, 2, merged.data()) == MERGE_NON_FINITE && failed == 2);
  mirrored[0] = mirrored[1] = 0;
  EXPECT(run(MERGE_FLIP_CONCAT, a, b, 3, 2, merged.data()) == MERGE_ZERO_VECTOR && failed == 0);
}

}  // namespace

int main() {
  test::group("equals the reference", against_reference);
  test::group("batches and exchanged views", properties);
  test::group("errors", errors);
  return test::finish();
}
