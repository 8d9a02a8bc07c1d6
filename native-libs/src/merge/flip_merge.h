// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "status.h"

namespace face {

/// The two views of each face of a batch, checked; rows without gaps.
struct FlipTask {
  const float *views;
  const float *mirrored;
  std::size_t count;
  std::size_t dimension;
  /// True: (unit(a), unit(b)) / sqrt(2); false: unit(unit(a) + unit(b)).
  bool concatenate;
};

/// @param merged     count rows of dimension, or of 2 * dimension when concatenated.
/// @param failed_row null, or set with every error but out_of_memory.
/// @return ok, non_finite, zero_vector, zero_sum or out_of_memory.
Status merge_views(const FlipTask &task, float *merged, std::int32_t *failed_row) noexcept;

}  // namespace face
