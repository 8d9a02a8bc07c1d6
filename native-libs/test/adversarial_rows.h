// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "random_faces.h"

// Candidates that bounds and roundings stumble over, unlike any real embeddings.

namespace test {

using Rows = std::vector<double>;

/// `row(j)` for each of `count` candidates, one after the other.
template <class MakeRow>
Rows rows_by(std::size_t count, const MakeRow &row) {
  Rows rows;
  for (std::size_t j = 0; j < count; ++j) {
    const Rows made = row(j);
    rows.insert(rows.end(), made.begin(), made.end());
  }
  return rows;
}

/// Element by element.
template <class MakeElement>
Rows row_by(std::size_t dimension, const MakeElement &element) {
  Rows row(dimension);
  for (std::size_t i = 0; i < dimension; ++i) row[i] = element(i);
  return row;
}

inline Rows unit(Rows row) {
  double square = 0;
  for (const double value : row) square += value * value;
  for (double &value : row) value /= std::sqrt(square);
  return row;
}

/// Unit vectors whose cosines to each other are `cosines[j]` with the first one's axis; needs dimension > count.
inline Rows at_cosines(std::size_t dimension, const Rows &cosines) {
  return rows_by(cosines.size(), [&](std::size_t j) {
    return row_by(dimension, [&](std::size_t i) {
      if (i == 0) return cosines[j];
      return i == j + 1 ? std::sqrt(1 - cosines[j] * cosines[j]) : 0;
    });
  });
}

struct AdversarialRows {
  std::string name;
  Rows rows;
};

/// Sets of `count` candidates.
inline std::vector<AdversarialRows> adversarial_rows(std::size_t dimension, std::size_t count) {
  RandomFaces faces(static_cast<unsigned>(dimension * 100 + count));
  const auto sign = [](std::size_t i) { return i % 2 == 0 ? 1.0 : -1.0; };
  const auto person = unit(faces.direction(dimension));
  const double side = std::sqrt(static_cast<double>(dimension));
  // Between rows built around one direction with this much of their own the weights lie between 0 and 1.
  const double apart = 0.9 / side;
  const auto with_noise = [&](const Rows &base, double noise) {
    return row_by(dimension, [&](std::size_t i) { return base[i] + noise * faces.between(-1.7, 1.7); });
  };
  // The largest element's share of a step, as eight bits see it.
  const double step = 1 / 126.5;
  std::vector<AdversarialRows> sets;
  const auto add = [&](const char *name, const auto &row) { sets.push_back({name, rows_by(count, row)}); };

  add("one-hot", [&](std::size_t j) {
    return row_by(dimension, [&](std::size_t i) { return i == j / 2 % dimension ? sign(j / 3) : 0; });
  });
  add("two-hot", [&](std::size_t j) {
    return row_by(dimension, [&](std::size_t i) {
      return i == 0 ? 1.0 : i == j % dimension ? 0.5 + 0.01 * static_cast<double>(j) : 0;
    });
  });
  add("one huge element among small ones", [&](std::size_t j) {
    return row_by(dimension,
                  [&](std::size_t i) { return i == j % 3 % dimension ? 1 : 0.004 * faces.between(-1, 1); });
  });
  add("small elements that bytes lose", [&](std::size_t j) {
    return row_by(dimension, [&](std::size_t i) { return i == j % dimension ? 1 : 0.499 * step; });
  });
  add("small elements that bytes round up", [&](std::size_t j) {
    return row_by(dimension,
                  [&](std::size_t i) { return i == j % dimension ? 1 : 0.501 * step * sign(i * (j % 2)); });
  });
  add("elements half way between two bytes", [&](std::size_t j) {
    return row_by(dimension, [&](std::size_t i) {
      return i == j % dimension ? 1 : (std::floor(faces.between(0, 126)) + 0.5) * step * sign(i);
    });
  });
  add("thirty orders of magnitude in a row", [&](std::size_t) {
    return row_by(dimension, [&](std::size_t i) { return sign(i) * std::pow(10.0, faces.between(-15, 15)); });
  });
  add("constant", [&](std::size_t) { return Rows(dimension, 0.1); });
  add("nearly constant", [&](std::size_t) { return with_noise(Rows(dimension, 1 / side), apart); });
  add("alternating", [&](std::size_t j) {
    return with_noise(row_by(dimension, [&](std::size_t i) { return sign(i + j % 2) / side; }), apart);
  });
  add("elements that all round down", [&](std::size_t j) {
    return row_by(dimension, [&](std::size_t i) {
      return (1 + 0x0.7p-23) * (i == j % dimension ? 1.5 : 1) * (faces.below(4) == 0 ? -1 : 1);
    });
  });
  add("equal", [&](std::size_t) { return person; });
  add("equal and opposite",
      [&](std::size_t j) { return row_by(dimension, [&](std::size_t i) { return sign(j) * person[i]; }); });
  add("within 1e-9 of each other", [&](std::size_t) { return with_noise(person, 1e-9 / side); });
  add("within 1e-4 of each other", [&](std::size_t) { return with_noise(person, 1e-4 / side); });
  add("photos of one person", [&](std::size_t) { return with_noise(person, apart); });
  add("photos and opposites", [&](std::size_t j) {
    Rows row = with_noise(person, apart);
    if (j % 3 == 0) {
      for (double &value : row) value = -value;
    }
    return row;
  });
  return sets;
}

}  // namespace test
