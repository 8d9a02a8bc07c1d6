// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "status.h"

namespace face {

/// The photos of one person, checked: pointers, sizes and options are valid.
template <class T>
struct MergeTask {
  const T *rows;
  std::size_t count;
  std::size_t dimension;
  std::size_t row_stride;
  /// False for the plain mean; the rule is at MERGE_AGREEMENT.
  bool by_agreement;
};

/// Where the results go; `weights` and `outliers` may be null. `failed_row` is set with non_finite and zero_vector.
template <class T>
struct MergeOutputs {
  T *merged;
  double *weights;
  std::uint8_t *outliers;
  std::int32_t *failed_row;
};

/// @return ok, non_finite, zero_vector, zero_sum or out_of_memory.
Status merge_members(const MergeTask<float> &task, const MergeOutputs<float> &outputs) noexcept;
Status merge_members(const MergeTask<double> &task, const MergeOutputs<double> &outputs) noexcept;

}  // namespace face
