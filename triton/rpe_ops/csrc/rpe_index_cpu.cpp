// SPDX-License-Identifier: Apache-2.0
#include <ATen/Dispatch.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "rpe_index_checks.h"

// The operator's schema, and how it is computed on a CPU.

namespace rpe_ops {
namespace {

/// Elements that a thread should have to do before another one is worth starting.
constexpr std::int64_t elements_per_thread = 32768;

std::int64_t rows_per_thread(std::int64_t row_length) {
  return std::max<std::int64_t>(1, elements_per_thread / std::max<std::int64_t>(1, row_length));
}

/// @throws c10::IndexError that names the first bucket outside [0, buckets). Before the parallel part: the index is
///     shared by all heads and small beside the output.
template <typename index_t>
void check_buckets(const at::Tensor &index, std::int64_t buckets) {
  const index_t *values = index.data_ptr<index_t>();
  for (std::int64_t position = 0; position < index.numel(); ++position) {
    const auto bucket = static_cast<std::int64_t>(values[position]);
    TORCH_CHECK_INDEX(bucket >= 0 && bucket < buckets, "rpe_index: index holds bucket ", bucket, " at position ",
                      position, ", but there are ", buckets, " buckets");
  }
}

/// First element of the row of the index that belongs to a row of the output.
std::int64_t index_row(const IndexLayout &layout, std::int64_t row) {
  const std::int64_t query = row % layout.queries;
  const std::int64_t batch = row / (layout.queries * layout.heads);
  return ((layout.shared_index ? 0 : batch) * layout.queries + query) * layout.keys;
}

/// Only moves values, so that a number's size is all that has to be known of it.
template <typename bits, typename index_t>
void forward_rows(const IndexLayout &layout, const InputStrides &strides, const void *input, const index_t *index,
                  void *output) {
  const auto *from = static_cast<const bits *>(input);
  auto *to = static_cast<bits *>(output);
  at::parallel_for(0, layout.rows(), rows_per_thread(layout.keys), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t plane = row / layout.queries;
      const bits *buckets = from + plane / layout.heads * strides.batch + plane % layout.heads * strides.head +
                            row % layout.queries * strides.query;
      const index_t *chosen = index + index_row(layout, row);
      bits *out = to + row * layout.keys;
      for (std::int64_t key = 0; key < layout.keys; ++key) {
        out[key] = buckets[static_cast<std::int64_t>(chosen[key]) * strides.bucket];
      }
    }
  });
}

template <typename index_t>
void forward_indexed(const IndexLayout &layout, const at::Tensor &input, const at::Tensor &index, at::Tensor &output) {
  check_buckets<index_t>(index, layout.buckets);
  const auto run = [&](auto bits) {
    forward_rows<decltype(bits), index_t>(layout, strides_of(input), input.data_ptr(), index.data_ptr<index_t>(),
                                          output.data_ptr());
  };
  switch (input.element_size()) {
    case 2: return run(std::uint16_t{});
    case 4: return run(std::uint32_t{});
    default: return run(std::uint64_t{});
  }
}

at::Tensor forward_cpu(const at::Tensor &input, const at::Tensor &index) {
  const IndexLayout layout = check_forward(input, index);
  const at::Tensor indices = index.contiguous();
  at::Tensor output = at::empty({layout.batch, layout.heads, layout.queries, layout.keys}, input.options());
  if (indices.scalar_type() == at::kInt) {
    forward_indexed<std::int32_t>(layout, input, indices, output);
  } else {
    forward_indexed<std::int64_t>(layout, input, indices, output);
  }
  return output;
}

/// Sums in float32 (float64 for float64), so that a half's sum of many keys does not stop growing.
template <typename scalar_t, typename index_t>
void backward_rows(const IndexLayout &layout, const scalar_t *grad_output, const index_t *index, scalar_t *grad_input) {
  using sum_t = at::opmath_type<scalar_t>;
  at::parallel_for(0, layout.rows(), rows_per_thread(layout.keys), [&](std::int64_t begin, std::int64_t end) {
    std::vector<sum_t> sums(static_cast<std::size_t>(layout.buckets));
    for (std::int64_t row = begin; row < end; ++row) {
      std::fill(sums.begin(), sums.end(), sum_t{0});
      const index_t *chosen = index + index_row(layout, row);
      const scalar_t *gradient = grad_output + row * layout.keys;
      for (std::int64_t key = 0; key < layout.keys; ++key) {
        sums[static_cast<std::size_t>(chosen[key])] += static_cast<sum_t>(gradient[key]);
      }
      std::transform(sums.begin(), sums.end(), grad_input + row * layout.buckets,
                     [](sum_t sum) { return static_cast<scalar_t>(sum); });
    }
  });
}

at::Tensor backward_cpu(const at::Tensor &grad_output, const at::Tensor &index, std::int64_t buckets) {
  const IndexLayout layout = check_backward(grad_output, index, buckets);
  const at::Tensor gradient = grad_output.contiguous();
  const at::Tensor indices = index.contiguous();
  at::Tensor grad_input = at::empty({layout.batch, layout.heads, layout.queries, buckets}, gradient.options());
  AT_DISPATCH_INDEX_TYPES(indices.scalar_type(), "rpe_index_backward_cpu", [&] {
    check_buckets<index_t>(indices, buckets);
    AT_DISPATCH_FLOATING_TYPES_AND2(
        at::kHalf, at::kBFloat16, gradient.scalar_type(), "rpe_index_backward_cpu", [&] {
          backward_rows<scalar_t, index_t>(layout, gradient.data_ptr<scalar_t>(), indices.data_ptr<index_t>(),
                                           grad_input.data_ptr<scalar_t>());
        });
  });
  return grad_input;
}

}  // namespace

TORCH_LIBRARY(rpe_ops, library) {
  library.def("index_forward(Tensor input, Tensor index) -> Tensor");
  library.def("index_backward(Tensor grad_output, Tensor index, int buckets) -> Tensor");
}

TORCH_LIBRARY_IMPL(rpe_ops, CPU, library) {
  library.impl("index_forward", forward_cpu);
  library.impl("index_backward", backward_cpu);
}

}  // namespace rpe_ops
