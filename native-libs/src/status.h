// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace face {

/// Outcome of a call, shared by all libraries; the numbers are those of rerank_status, merge_status and pixels_status.
enum class Status : int {
  ok = 0,
  null_pointer = 1,
  invalid_size = 2,
  invalid_option = 3,
  misaligned = 4,
  overlap = 5,
  non_finite = 6,
  zero_vector = 7,
  out_of_memory = 8,
  unsupported_options = 9,
  zero_sum = 10,
  small_workspace = 11,
  no_threads = 12,
  duplicate_id = 13,
  unknown_id = 14,
  template_full = 15,
  empty_template = 16,
  invalid_template = 17,
};

}  // namespace face
