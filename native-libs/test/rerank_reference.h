// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace test {

/// The formulas of rerank_compute.h, written down in double precision without a thought for speed. Shares no code
/// with the library.
struct Reference {
  std::size_t dimension;
  double alpha = 30;
  double tau = 0.42;
  double n_cal = 1000;
  double gallery_size = 1000;
  double threshold = 0.5;
  bool replace = false;
  bool voting = true;

  std::vector<double> scores(const std::vector<double> &query, const std::vector<double> &candidates,
                             const std::vector<std::int32_t> &subjects = {}) const {
    const std::size_t count = candidates.size() / dimension;
    const std::vector<double> q = unit(query.data());
    std::vector<std::vector<double>> c;
    for (std::size_t j = 0; j < count; ++j) c.push_back(unit(candidates.data() + j * dimension));
    std::vector<double> result;
    for (std::size_t j = 0; j < count; ++j) {
      std::vector<double> sum(dimension, 0.0);
      for (std::size_t i = 0; i < count; ++i) {
        double weight = std::clamp(alpha * (dot(c[i], c[j]) - lowest()) / 5, 0.0, 1.0);
        if (!subjects.empty() && subjects[i] >= 0 && subjects[j] >= 0) weight = subjects[i] == subjects[j] ? 1 : 0;
        if (i == j) weight = 1;
        for (std::size_t d = 0; d < dimension; ++d) sum[d] += weight * c[i][d];
      }
      const double own = dot(q, c[j]);
      const double length = std::sqrt(dot(sum, sum));
      const double voted = length > 1e-9 ? dot(q, sum) / length : own;
      const double x = !voting ? own : replace ? voted : std::max(own, voted);
      const double logit = alpha * (x - tau) - std::log(gallery_size / n_cal);
      result.push_back(x >= 1 - 1e-9 ? 1 : 1 / (1 + std::exp(-logit)));
    }
    return result;
  }

  /// lo
  double lowest() const {
    const double theta = std::clamp(threshold, 0.5, 0.95);
    return tau + std::log(theta / (1 - theta)) / alpha;
  }

  /// How many others vote for each candidate.
  /// @param margin receives the least distance of a cosine from lo: the closer, the more do roundings decide.
  std::vector<std::int32_t> neighbours(const std::vector<double> &candidates, double *margin) const {
    const std::size_t count = candidates.size() / dimension;
    std::vector<std::vector<double>> c;
    for (std::size_t j = 0; j < count; ++j) c.push_back(unit(candidates.data() + j * dimension));
    std::vector<std::int32_t> result(count, 0);
    *margin = 2;
    for (std::size_t j = 0; j < count; ++j) {
      for (std::size_t i = 0; i < count; ++i) {
        if (i == j) continue;
        const double above = dot(c[i], c[j]) - lowest();
        *margin = std::min(*margin, std::fabs(above));
        if (above > 0) ++result[j];
      }
    }
    return result;
  }

 private:
  static double dot(const std::vector<double> &a, const std::vector<double> &b) {
    double sum = 0;
    for (std::size_t d = 0; d < a.size(); ++d) sum += a[d] * b[d];
    return sum;
  }

  std::vector<double> unit(const double *row) const {
    std::vector<double> result(row, row + dimension);
    const double length = std::sqrt(dot(result, result));
    for (double &value : result) value /= length;
    return result;
  }
};

}  // namespace test
