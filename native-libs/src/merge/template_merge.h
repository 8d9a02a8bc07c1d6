// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "member_merge.h"
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

/// @param failed_row null, or set with non_finite and zero_vector.
/// @return ok, non_finite, zero_vector, zero_sum or out_of_memory.
Status merge_rows(const MergeTask<float> &task, const MergeOutputs<float> &outputs,
                  std::int32_t *failed_row) noexcept;
Status merge_rows(const MergeTask<double> &task, const MergeOutputs<double> &outputs,
                  std::int32_t *failed_row) noexcept;

}  // namespace face
