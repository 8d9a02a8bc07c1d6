// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

namespace test {

/// Rows that look like a search result: groups of photos around one direction each, and strangers.
class RandomFaces {
 public:
  explicit RandomFaces(unsigned seed) : generator_(seed) {}

  std::vector<double> direction(std::size_t dimension) {
    std::vector<double> row(dimension);
    for (double &value : row) value = normal_(generator_);
    return row;
  }

  /// A photo of the person whose direction is `person`; two of them have a cosine of about 1 / (1 + noise^2).
  std::vector<double> photo(const std::vector<double> &person, double noise) {
    std::vector<double> row = direction(person.size());
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = person[i] + noise * row[i];
    return row;
  }

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(generator_); }
  double between(double low, double high) { return std::uniform_real_distribution<double>(low, high)(generator_); }

  /// `count` rows, on average `photos` of each person.
  std::vector<double> rows(std::size_t count, std::size_t dimension, std::size_t photos, double noise) {
    std::vector<std::vector<double>> persons((count + photos - 1) / photos);
    for (auto &person : persons) person = direction(dimension);
    std::vector<double> matrix;
    matrix.reserve(count * dimension);
    for (std::size_t row = 0; row < count; ++row) {
      const auto face = photo(persons[below(persons.size())], noise);
      matrix.insert(matrix.end(), face.begin(), face.end());
    }
    return matrix;
  }

 private:
  std::mt19937 generator_;
  std::normal_distribution<double> normal_;
};

inline std::vector<float> to_float(const std::vector<double> &values) {
  return std::vector<float>(values.begin(), values.end());
}
inline std::vector<double> to_double(const std::vector<float> &values) {
  return std::vector<double>(values.begin(), values.end());
}

}  // namespace test
