// SPDX-License-Identifier: Apache-2.0
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cassert>

#include "rpe_index_kernels.h"

namespace rpe_ops {
namespace {

constexpr int threads_per_block = 256;
constexpr int warp_size = 32;
constexpr int rows_per_block = threads_per_block / warp_size;
constexpr int vector_bytes = 16;
/// Blocks a multiprocessor should have to choose from; beyond that a thread does several planes and reads the index once.
constexpr int blocks_per_multiprocessor = 16;
constexpr std::int64_t largest_grid_side = 65535;

template <typename bits, int width>
struct alignas(sizeof(bits) * width) Vector {
  bits values[width];
};

/// A thread has `width` neighbouring elements of the [queries, keys] plane and moves them for one plane after the other:
/// where they come from within a plane is the same for every head (and, with a shared index, for every image), so that
/// index and division are paid once. Neighbouring threads write neighbouring vectors and read from the same few rows
/// of buckets, which the first-level cache holds.
template <typename bits, typename index_t, int width>
__global__ void __launch_bounds__(threads_per_block)
    forward_kernel(IndexLayout layout, InputStrides strides, const bits *__restrict__ input,
                   const index_t *__restrict__ index, bits *__restrict__ output) {
  const std::int64_t plane = layout.queries * layout.keys;
  const std::int64_t first = (static_cast<std::int64_t>(blockIdx.x) * threads_per_block + threadIdx.x) * width;
  if (first >= plane) return;
  const std::int64_t indices = layout.shared_index ? 1 : layout.batch;
  const std::int64_t planes_of_index = layout.shared_index ? layout.batch * layout.heads : layout.heads;

  for (std::int64_t index_batch = blockIdx.z; index_batch < indices; index_batch += gridDim.z) {
    std::int64_t offsets[width];
    std::int64_t query = first / layout.keys;
    std::int64_t key = first - query * layout.keys;
#pragma unroll
    for (int element = 0; element < width; ++element) {
      const auto bucket = static_cast<std::int64_t>(index[index_batch * plane + first + element]);
      assert(bucket >= 0 && bucket < layout.buckets && "rpe_index: index out of range");
      offsets[element] = query * strides.query + bucket * strides.bucket;
      if (++key == layout.keys) {
        key = 0;
        ++query;
      }
    }
    for (std::int64_t part = blockIdx.y; part < planes_of_index; part += gridDim.y) {
      const std::int64_t batch = layout.shared_index ? part / layout.heads : index_batch;
      const std::int64_t head = layout.shared_index ? part - batch * layout.heads : part;
      const bits *from = input + batch * strides.batch + head * strides.head;
      Vector<bits, width> moved;
#pragma unroll
      for (int element = 0; element < width; ++element) moved.values[element] = __ldg(from + offsets[element]);
      *reinterpret_cast<Vector<bits, width> *>(output + (batch * layout.heads + head) * plane + first) = moved;
    }
  }
}

template <typename bits, typename index_t, int width>
cudaError_t launch_width(const IndexLayout &layout, const InputStrides &strides, const void *input, const void *index,
                         void *output, int multiprocessors, cudaStream_t stream) {
  // A vector must not cross into the next plane, where its offsets would be wrong and its address not aligned.
  if (layout.plane() % width != 0) {
    if constexpr (width > 1) {
      return launch_width<bits, index_t, width / 2>(layout, strides, input, index, output, multiprocessors, stream);
    }
  }
  const std::int64_t vectors = layout.plane() / width;
  const std::int64_t blocks = (vectors + threads_per_block - 1) / threads_per_block;
  const std::int64_t indices = layout.shared_index ? 1 : layout.batch;
  const std::int64_t planes_of_index = layout.shared_index ? layout.batch * layout.heads : layout.heads;
  const std::int64_t wanted = static_cast<std::int64_t>(multiprocessors) * blocks_per_multiprocessor;
  const std::int64_t groups = std::max<std::int64_t>(1, wanted / std::max<std::int64_t>(1, blocks * indices));
  const dim3 grid(static_cast<unsigned>(blocks),
                  static_cast<unsigned>(std::min({planes_of_index, groups, largest_grid_side})),
                  static_cast<unsigned>(std::min(indices, largest_grid_side)));
  forward_kernel<bits, index_t, width><<<grid, threads_per_block, 0, stream>>>(
      layout, strides, static_cast<const bits *>(input), static_cast<const index_t *>(index),
      static_cast<bits *>(output));
  return cudaGetLastError();
}

template <typename index_t>
cudaError_t launch_size(const IndexLayout &layout, const InputStrides &strides, std::size_t element_size,
                        const void *input, const void *index, void *output, int multiprocessors,
                        cudaStream_t stream) {
  const auto launch = [&](auto bits) {
    return launch_width<decltype(bits), index_t, vector_bytes / static_cast<int>(sizeof(bits))>(
        layout, strides, input, index, output, multiprocessors, stream);
  };
  switch (element_size) {
    case 2: return launch(static_cast<unsigned short>(0));
    case 4: return launch(0U);
    case 8: return launch(0ULL);
    default: return cudaErrorInvalidValue;
  }
}

__device__ float to_sum(__half value) { return __half2float(value); }
__device__ float to_sum(__nv_bfloat16 value) { return __bfloat162float(value); }
__device__ float to_sum(float value) { return value; }
__device__ double to_sum(double value) { return value; }

__device__ void store(float sum, __half *to) { *to = __float2half_rn(sum); }
__device__ void store(float sum, __nv_bfloat16 *to) { *to = __float2bfloat16_rn(sum); }
__device__ void store(float sum, float *to) { *to = sum; }
__device__ void store(double sum, double *to) { *to = sum; }

/// One warp a row: its sums are in shared memory, where float additions are atomic in hardware; global memory sees one
/// coalesced read and one coalesced write. The order of the additions within a row is not fixed.
template <typename scalar_t, typename sum_t, typename index_t>
__global__ void __launch_bounds__(threads_per_block)
    backward_kernel(IndexLayout layout, const scalar_t *__restrict__ grad_output, const index_t *__restrict__ index,
                    scalar_t *__restrict__ grad_input) {
  extern __shared__ double shared_sums[];
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  const int warps = static_cast<int>(blockDim.x) / warp_size;
  sum_t *sums = reinterpret_cast<sum_t *>(shared_sums) + warp * layout.buckets;

  const std::int64_t rows = layout.batch * layout.heads * layout.queries;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * warps;
  for (std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * warps + warp; row < rows; row += step) {
    for (std::int64_t bucket = lane; bucket < layout.buckets; bucket += warp_size) sums[bucket] = 0;
    __syncwarp();
    const std::int64_t batch = layout.shared_index ? 0 : row / (layout.heads * layout.queries);
    const index_t *chosen = index + (batch * layout.queries + row % layout.queries) * layout.keys;
    const scalar_t *gradient = grad_output + row * layout.keys;
    for (std::int64_t key = lane; key < layout.keys; key += warp_size) {
      const auto bucket = static_cast<std::int64_t>(chosen[key]);
      assert(bucket >= 0 && bucket < layout.buckets && "rpe_index: index out of range");
      atomicAdd(sums + bucket, to_sum(gradient[key]));
    }
    __syncwarp();
    scalar_t *to = grad_input + row * layout.buckets;
    for (std::int64_t bucket = lane; bucket < layout.buckets; bucket += warp_size) store(sums[bucket], to + bucket);
    __syncwarp();
  }
}

template <typename scalar_t, typename sum_t, typename index_t>
cudaError_t launch_sums(const IndexLayout &layout, const void *grad_output, const void *index, void *grad_input,
                        int multiprocessors, cudaStream_t stream) {
  const std::size_t row_bytes = static_cast<std::size_t>(layout.buckets) * sizeof(sum_t);
  if (row_bytes > backward_shared_bytes) return cudaErrorInvalidValue;
  const std::size_t fitting = row_bytes == 0 ? rows_per_block : backward_shared_bytes / row_bytes;
  const auto warps = static_cast<unsigned>(std::min<std::size_t>(fitting, rows_per_block));
  const std::int64_t blocks = (layout.rows() + warps - 1) / warps;
  const std::int64_t most = static_cast<std::int64_t>(multiprocessors) * blocks_per_multiprocessor;
  backward_kernel<scalar_t, sum_t, index_t>
      <<<static_cast<unsigned>(std::min(blocks, most)), warps * warp_size, warps * row_bytes, stream>>>(
          layout, static_cast<const scalar_t *>(grad_output), static_cast<const index_t *>(index),
          static_cast<scalar_t *>(grad_input));
  return cudaGetLastError();
}

template <typename index_t>
cudaError_t launch_type(const IndexLayout &layout, ElementType element_type, const void *grad_output,
                        const void *index, void *grad_input, int multiprocessors, cudaStream_t stream) {
  switch (element_type) {
    case ElementType::float16:
      return launch_sums<__half, float, index_t>(layout, grad_output, index, grad_input, multiprocessors, stream);
    case ElementType::bfloat16:
      return launch_sums<__nv_bfloat16, float, index_t>(layout, grad_output, index, grad_input, multiprocessors,
                                                        stream);
    case ElementType::float32:
      return launch_sums<float, float, index_t>(layout, grad_output, index, grad_input, multiprocessors, stream);
    case ElementType::float64:
      return launch_sums<double, double, index_t>(layout, grad_output, index, grad_input, multiprocessors, stream);
  }
  return cudaErrorInvalidValue;
}

}  // namespace

cudaError_t launch_forward(const IndexLayout &layout, const InputStrides &strides, std::size_t element_size,
                           const void *input, IndexType index_type, const void *index, void *output,
                           int multiprocessors, cudaStream_t stream) {
  return index_type == IndexType::int32
             ? launch_size<std::int32_t>(layout, strides, element_size, input, index, output, multiprocessors, stream)
             : launch_size<std::int64_t>(layout, strides, element_size, input, index, output, multiprocessors, stream);
}

cudaError_t launch_backward(const IndexLayout &layout, ElementType element_type, const void *grad_output,
                            IndexType index_type, const void *index, void *grad_input, int multiprocessors,
                            cudaStream_t stream) {
  return index_type == IndexType::int32 ? launch_type<std::int32_t>(layout, element_type, grad_output, index,
                                                                    grad_input, multiprocessors, stream)
                                        : launch_type<std::int64_t>(layout, element_type, grad_output, index,
                                                                    grad_input, multiprocessors, stream);
}

}  // namespace rpe_ops
