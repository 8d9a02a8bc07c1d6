// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rpe_ops {

/// Shapes of one call, in elements.
///   forward   output[b, h, i, j] = input[b, h, i, index[b, i, j]]
///   backward  grad_input[b, h, i, k] = sum over j with index[b, i, j] == k of grad_output[b, h, i, j]
/// input and grad_input are [batch, heads, queries, buckets], output and grad_output [batch, heads, queries, keys];
/// index is [batch, queries, keys], or [queries, keys] for all of the batch.
struct IndexLayout {
  std::int64_t batch;
  std::int64_t heads;
  std::int64_t queries;
  std::int64_t keys;
  std::int64_t buckets;
  /// The index has no batch dimension.
  bool shared_index;

  /// Elements of one [queries, keys] plane of the output, and of the index.
  std::int64_t plane() const { return queries * keys; }
  /// Rows [keys] of the output, and [buckets] of the input.
  std::int64_t rows() const { return batch * heads * queries; }
};

/// Of the input, which is read where it lies: attention code has it as a transposed view, and a copy would cost as much
/// as the operation itself. All other tensors are contiguous.
struct InputStrides {
  std::int64_t batch;
  std::int64_t head;
  std::int64_t query;
  std::int64_t bucket;
};

}  // namespace rpe_ops
