// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "merge_call.h"

// merge_method, written down plainly.

namespace test {

inline double dot(const double *a, const double *b, std::size_t dimension) {
  double sum = 0;
  for (std::size_t i = 0; i < dimension; ++i) sum += a[i] * b[i];
  return sum;
}

inline double cosine(const double *a, const double *b, std::size_t dimension) {
  return dot(a, b, dimension) / std::sqrt(dot(a, a, dimension) * dot(b, b, dimension));
}

inline Rows reference_weights(const Rows &rows, std::size_t dimension) {
  const std::size_t count = rows.size() / dimension;
  Rows weights;
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) {
      if (j != i) sum += cosine(rows.data() + i * dimension, rows.data() + j * dimension, dimension);
    }
    weights.push_back(std::max(0.0, sum / static_cast<double>(count - 1)));
  }
  return weights;
}

/// @param weights all of them 0 stand for the plain mean.
inline Rows reference_template(const Rows &rows, std::size_t dimension, Rows weights) {
  if (std::count(weights.begin(), weights.end(), 0.0) == std::distance(weights.begin(), weights.end())) {
    std::fill(weights.begin(), weights.end(), 1.0);
  }
  Rows sum(dimension, 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double *row = rows.data() + i * dimension;
    const double length = std::sqrt(dot(row, row, dimension));
    for (std::size_t d = 0; d < dimension; ++d) sum[d] += weights[i] * row[d] / length;
  }
  const double length = std::sqrt(dot(sum.data(), sum.data(), dimension));
  for (double &value : sum) value /= length;
  return sum;
}

inline std::vector<std::uint8_t> reference_outliers(const Rows &weights) {
  Rows sorted = weights;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  const double median = sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  std::vector<std::uint8_t> outliers;
  for (const double weight : weights) outliers.push_back(weight == 0 || weight < median / 2 ? 1 : 0);
  return outliers;
}

}  // namespace test
