// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>

#include "status.h"
#include "vectors/unit_row.h"

namespace face {

/// A sum of unit vectors shorter than this, per unit of weight, is what rounding of the inputs leaves over.
constexpr double cancelled_sum = 1e-6;

/// unit(sum) as T, or zero_sum when what was added cancels out.
/// @param total_weight sum of the weights that were added.
template <class T>
[[nodiscard]] Status write_unit_sum(const double *sum, std::size_t dimension, double total_weight,
                                    T *merged) noexcept {
  const double length = std::sqrt(dot_product(sum, sum, dimension));
  if (!(length > cancelled_sum * total_weight)) return Status::zero_sum;
  for (std::size_t i = 0; i < dimension; ++i) merged[i] = static_cast<T>(sum[i] / length);
  return Status::ok;
}

}  // namespace face
