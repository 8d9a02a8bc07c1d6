// SPDX-License-Identifier: Apache-2.0
#include <ATen/Context.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>
#include <torch/library.h>

#include "rpe_index_checks.h"
#include "rpe_index_kernels.h"

// From PyTorch's tensors to the kernels and back.

namespace rpe_ops {
namespace {

int multiprocessors_of(const at::Tensor &tensor) {
  int count = 0;
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, tensor.get_device()));
  return count;
}

IndexType index_type_of(const at::Tensor &index) {
  return index.scalar_type() == at::kInt ? IndexType::int32 : IndexType::int64;
}

ElementType element_type_of(const at::Tensor &tensor) {
  switch (tensor.scalar_type()) {
    case at::kHalf: return ElementType::float16;
    case at::kBFloat16: return ElementType::bfloat16;
    case at::kFloat: return ElementType::float32;
    default: return ElementType::float64;
  }
}

at::Tensor forward_cuda(const at::Tensor &input, const at::Tensor &index) {
  const IndexLayout layout = check_forward(input, index);
  const c10::cuda::CUDAGuard guard(input.device());
  const at::Tensor indices = index.contiguous();
  at::Tensor output = at::empty({layout.batch, layout.heads, layout.queries, layout.keys}, input.options());
  if (output.numel() == 0) return output;
  C10_CUDA_CHECK(launch_forward(layout, strides_of(input), input.element_size(), input.data_ptr(),
                                index_type_of(indices), indices.data_ptr(), output.data_ptr(),
                                multiprocessors_of(input), c10::cuda::getCurrentCUDAStream()));
  return output;
}

at::Tensor backward_cuda(const at::Tensor &grad_output, const at::Tensor &index, std::int64_t buckets) {
  const IndexLayout layout = check_backward(grad_output, index, buckets);
  at::globalContext().alertNotDeterministic("rpe_index_backward_cuda");
  const std::int64_t sum_bytes = grad_output.scalar_type() == at::kDouble ? 8 : 4;
  const auto most = static_cast<std::int64_t>(backward_shared_bytes) / sum_bytes;
  TORCH_CHECK_VALUE(buckets <= most, "rpe_index: the gradient of ", grad_output.scalar_type(), " on a GPU is limited to ",
                    most, " buckets, but there are ", buckets);
  const c10::cuda::CUDAGuard guard(grad_output.device());
  const at::Tensor gradient = grad_output.contiguous();
  const at::Tensor indices = index.contiguous();
  at::Tensor grad_input = at::empty({layout.batch, layout.heads, layout.queries, buckets}, gradient.options());
  if (grad_input.numel() == 0) return grad_input;
  C10_CUDA_CHECK(launch_backward(layout, element_type_of(gradient), gradient.data_ptr(), index_type_of(indices),
                                 indices.data_ptr(), grad_input.data_ptr(), multiprocessors_of(gradient),
                                 c10::cuda::getCurrentCUDAStream()));
  return grad_input;
}

}  // namespace

TORCH_LIBRARY_IMPL(rpe_ops, CUDA, library) {
  library.impl("index_forward", forward_cuda);
  library.impl("index_backward", backward_cuda);
}

}  // namespace rpe_ops
