// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "check.h"
#include "merge_embeddings.h"

namespace test {

using Rows = std::vector<double>;

template <class T>
merge_options options_of(std::int32_t method, std::size_t dimension) {
  merge_options options;
  EXPECT(merge_options_init(&options, sizeof options) == MERGE_OK);
  options.element_type = sizeof(T) == sizeof(float) ? MERGE_FLOAT32 : MERGE_FLOAT64;
  options.dimension = static_cast<std::int32_t>(dimension);
  options.method = method;
  return options;
}

/// What merge_embeddings() or merge_template_read() gave.
struct Merged {
  int status;
  Rows merged;
  Rows weights;
  std::vector<std::uint8_t> outliers;
  std::int32_t failed_row;
};

/// Equal bit for bit, signs of zeros aside.
inline bool operator==(const Merged &a, const Merged &b) {
  return a.status == b.status && a.merged == b.merged && a.weights == b.weights && a.outliers == b.outliers;
}

template <class T>
Merged merge(std::int32_t method, std::size_t dimension, const std::vector<T> &rows) {
  const merge_options options = options_of<T>(method, dimension);
  const std::size_t count = rows.size() / dimension;
  std::vector<T> merged(dimension);
  Merged result = {0, {}, Rows(count, -9), std::vector<std::uint8_t>(count, 9), 99};
  result.status = merge_embeddings(&options, rows.data(), static_cast<std::int32_t>(count), merged.data(),
                                   result.weights.data(), result.outliers.data(), &result.failed_row);
  result.merged.assign(merged.begin(), merged.end());
  return result;
}

inline void expect_rows_near(const Rows &got, const Rows &wanted, double tolerance) {
  EXPECT(got.size() == wanted.size());
  if (got.size() != wanted.size()) return;
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], tolerance);
}

}  // namespace test
