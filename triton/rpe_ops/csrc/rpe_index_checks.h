// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "rpe_index_layout.h"

namespace rpe_ops {

/// @param values input [batch, heads, queries, buckets], or grad_output [batch, heads, queries, keys].
/// @param name of `values`, for the messages.
/// @throws c10::Error (TypeError, ValueError or RuntimeError in Python) that names the tensor and what is wrong with it.
inline void check_tensors(const at::Tensor &values, const at::Tensor &index, const char *name) {
  const auto type = values.scalar_type();
  TORCH_CHECK_TYPE(type == at::kFloat || type == at::kHalf || type == at::kBFloat16 || type == at::kDouble,
                   "rpe_index: ", name, " must be float16, bfloat16, float32 or float64, but is ", type);
  TORCH_CHECK_TYPE(index.scalar_type() == at::kInt || index.scalar_type() == at::kLong,
                   "rpe_index: index must be int32 or int64, but is ", index.scalar_type());
  TORCH_CHECK_VALUE(values.dim() == 4, "rpe_index: ", name, " must have 4 dimensions, but has shape ", values.sizes());
  TORCH_CHECK_VALUE(index.dim() == 2 || index.dim() == 3,
                    "rpe_index: index must be [queries, keys] or [batch, queries, keys], but has shape ", index.sizes());
  TORCH_CHECK(values.device() == index.device(), "rpe_index: ", name, " is on ", values.device(), ", but index on ",
              index.device());
  TORCH_CHECK_VALUE(index.size(-2) == values.size(2), "rpe_index: ", name, " has ", values.size(2),
                    " queries (shape ", values.sizes(), "), but index has ", index.size(-2), " (shape ", index.sizes(),
                    ")");
  TORCH_CHECK_VALUE(index.dim() == 2 || index.size(0) == values.size(0), "rpe_index: ", name, " has a batch of ",
                    values.size(0), ", but index one of ", index.size(0));
}

/// @throws as check_tensors; also when there is no bucket to read from.
inline IndexLayout check_forward(const at::Tensor &input, const at::Tensor &index) {
  check_tensors(input, index, "input");
  const IndexLayout layout{input.size(0),  input.size(1), input.size(2),
                           index.size(-1), input.size(3), index.dim() == 2};
  TORCH_CHECK_VALUE(layout.buckets > 0 || index.numel() == 0, "rpe_index: input has no buckets (shape ", input.sizes(),
                    ")");
  return layout;
}

/// @throws as check_tensors; also when the keys of grad_output and index differ.
inline IndexLayout check_backward(const at::Tensor &grad_output, const at::Tensor &index, std::int64_t buckets) {
  check_tensors(grad_output, index, "grad_output");
  TORCH_CHECK_VALUE(grad_output.size(3) == index.size(-1), "rpe_index: grad_output has ", grad_output.size(3),
                    " keys, but index has ", index.size(-1));
  TORCH_CHECK_VALUE(buckets >= 0, "rpe_index: the number of buckets must not be negative, but is ", buckets);
  return {grad_output.size(0), grad_output.size(1), grad_output.size(2), grad_output.size(3), buckets,
          index.dim() == 2};
}

inline InputStrides strides_of(const at::Tensor &input) {
  return {input.stride(0), input.stride(1), input.stride(2), input.stride(3)};
}

}  // namespace rpe_ops
