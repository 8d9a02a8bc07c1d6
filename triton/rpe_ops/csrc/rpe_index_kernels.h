// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "rpe_index_layout.h"

// The border between nvcc, which sees no header of PyTorch, and the C++ compiler, which sees no kernel.

namespace rpe_ops {

enum class ElementType { float16, bfloat16, float32, float64 };
enum class IndexType { int32, int64 };

/// Shared memory that a block of the backward kernel may use on every GPU, in bytes.
constexpr std::size_t backward_shared_bytes = 48 * 1024;

/// @param element_size bytes of an element: 2, 4 or 8.
/// @param multiprocessors of the GPU, to choose the size of the grid.
/// @return what the launch said; an index outside [0, buckets) is an assertion of the kernel, as in torch.gather.
cudaError_t launch_forward(const IndexLayout &layout, const InputStrides &strides, std::size_t element_size,
                           const void *input, IndexType index_type, const void *index, void *output,
                           int multiprocessors, cudaStream_t stream);

/// grad_output and grad_input are contiguous; every element of grad_input is written.
/// One row of sums (4 bytes a bucket, 8 for float64) must fit in backward_shared_bytes.
cudaError_t launch_backward(const IndexLayout &layout, ElementType element_type, const void *grad_output,
                            IndexType index_type, const void *index, void *grad_input, int multiprocessors,
                            cudaStream_t stream);

}  // namespace rpe_ops
