// SPDX-License-Identifier: Apache-2.0
// Compiled together with the emulated kernels: every kind of element and index, planes of every alignment, against loops
// as plain as the definition.

#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "kernels_on_cpu.h"

namespace {

using rpe_ops::ElementType;
using rpe_ops::IndexLayout;
using rpe_ops::IndexType;
using rpe_ops::InputStrides;

std::mt19937 generator(7);

void require(bool right, const char *what, const IndexLayout &layout) {
  if (right) return;
  std::fprintf(stderr, "%s: batch %d heads %d queries %d keys %d buckets %d shared %d\n", what,
               static_cast<int>(layout.batch), static_cast<int>(layout.heads), static_cast<int>(layout.queries),
               static_cast<int>(layout.keys), static_cast<int>(layout.buckets), static_cast<int>(layout.shared_index));
  std::exit(1);
}

template <typename index_t>
std::vector<index_t> random_index(const IndexLayout &layout) {
  std::vector<index_t> index(static_cast<std::size_t>((layout.shared_index ? 1 : layout.batch) * layout.plane()));
  std::uniform_int_distribution<int> bucket(0, static_cast<int>(layout.buckets) - 1);
  for (index_t &value : index) value = static_cast<index_t>(bucket(generator));
  return index;
}

template <typename index_t>
std::int64_t chosen(const IndexLayout &layout, const std::vector<index_t> &index, std::int64_t batch,
                    std::int64_t query, std::int64_t key) {
  const std::int64_t plane = (layout.shared_index ? 0 : batch) * layout.plane();
  return static_cast<std::int64_t>(index[static_cast<std::size_t>(plane + query * layout.keys + key)]);
}

template <typename bits, typename index_t>
void check_forward(const IndexLayout &layout, IndexType index_type, int multiprocessors) {
  // [batch, queries, heads, buckets] seen as [batch, heads, queries, buckets]: the view that the backbone passes.
  const InputStrides strides{layout.queries * layout.heads * layout.buckets, layout.buckets,
                             layout.heads * layout.buckets, 1};
  std::vector<bits> input(static_cast<std::size_t>(layout.rows() * layout.buckets));
  for (bits &value : input) value = static_cast<bits>(generator());
  const std::vector<index_t> index = random_index<index_t>(layout);
  std::vector<bits> output(static_cast<std::size_t>(layout.rows() * layout.keys), bits{0});
  const cudaError_t error = rpe_ops::launch_forward(layout, strides, sizeof(bits), input.data(), index_type,
                                                    index.data(), output.data(), multiprocessors, nullptr);
  require(error == cudaSuccess, "forward refused", layout);
  std::size_t position = 0;
  for (std::int64_t batch = 0; batch < layout.batch; ++batch) {
    for (std::int64_t head = 0; head < layout.heads; ++head) {
      for (std::int64_t query = 0; query < layout.queries; ++query) {
        for (std::int64_t key = 0; key < layout.keys; ++key, ++position) {
          const std::int64_t from = batch * strides.batch + head * strides.head + query * strides.query +
                                    chosen(layout, index, batch, query, key);
          require(output[position] == input[static_cast<std::size_t>(from)], "forward differs", layout);
        }
      }
    }
  }
}

double number(double value) { return value; }
double number(float value) { return static_cast<double>(value); }
double number(__half value) { return static_cast<double>(value); }
double number(__nv_bfloat16 value) { return static_cast<double>(__bfloat162float(value)); }

void set(double &to, int value) { to = value; }
void set(float &to, int value) { to = static_cast<float>(value); }
void set(__half &to, int value) { to = static_cast<__half>(value); }
void set(__nv_bfloat16 &to, int value) { to = __float2bfloat16_rn(static_cast<float>(value)); }

template <typename scalar_t, typename index_t>
void check_backward(const IndexLayout &layout, ElementType type, IndexType index_type, int multiprocessors) {
  std::vector<scalar_t> gradient(static_cast<std::size_t>(layout.rows() * layout.keys));
  // Whole numbers whose sums every type holds exactly, so that the order of additions does not matter.
  std::uniform_int_distribution<int> small(-3, 3);
  for (scalar_t &value : gradient) set(value, small(generator));
  const std::vector<index_t> index = random_index<index_t>(layout);
  std::vector<scalar_t> result(static_cast<std::size_t>(layout.rows() * layout.buckets));
  const cudaError_t error = rpe_ops::launch_backward(layout, type, gradient.data(), index_type, index.data(),
                                                     result.data(), multiprocessors, nullptr);
  require(error == cudaSuccess, "backward refused", layout);
  std::vector<double> sums(result.size(), 0.0);
  std::size_t position = 0;
  for (std::int64_t row = 0; row < layout.rows(); ++row) {
    const std::int64_t batch = row / layout.queries / layout.heads;
    for (std::int64_t key = 0; key < layout.keys; ++key, ++position) {
      const std::int64_t bucket = chosen(layout, index, batch, row % layout.queries, key);
      sums[static_cast<std::size_t>(row * layout.buckets + bucket)] += number(gradient[position]);
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) require(number(result[i]) == sums[i], "backward differs", layout);
}

template <typename index_t>
void check_layout(const IndexLayout &layout, IndexType index_type, int multiprocessors) {
  check_forward<std::uint16_t, index_t>(layout, index_type, multiprocessors);
  check_forward<std::uint32_t, index_t>(layout, index_type, multiprocessors);
  check_forward<std::uint64_t, index_t>(layout, index_type, multiprocessors);
  check_backward<__half, index_t>(layout, ElementType::float16, index_type, multiprocessors);
  check_backward<__nv_bfloat16, index_t>(layout, ElementType::bfloat16, index_type, multiprocessors);
  check_backward<float, index_t>(layout, ElementType::float32, index_type, multiprocessors);
  check_backward<double, index_t>(layout, ElementType::float64, index_type, multiprocessors);
}

void check_refusals() {
  const IndexLayout layout{1, 1, 1, 1, 12289, true};
  float value = 0;
  const std::int32_t index = 0;
  require(rpe_ops::launch_backward(layout, ElementType::float32, &value, IndexType::int32, &index, &value, 1,
                                   nullptr) == cudaErrorInvalidValue,
          "a row of sums that does not fit must be refused", layout);
}

}  // namespace

int main() {
  // Planes of 1, 4, 35, 6, 64 and 289 elements: widths 1, 2, 4 and 8, less than a block, more than a block, and rows
  // that a vector crosses. One multiprocessor makes threads do several planes, many give each plane its own.
  const std::int64_t sides[][2] = {{1, 1}, {2, 2}, {5, 7}, {2, 3}, {8, 8}, {17, 17}};
  for (const auto &side : sides) {
    for (const bool shared : {true, false}) {
      for (const int multiprocessors : {1, 4}) {
        const IndexLayout layout{3, 2, side[0], side[1], 5, shared};
        check_layout<std::int32_t>(layout, IndexType::int32, multiprocessors);
        check_layout<std::int64_t>(layout, IndexType::int64, multiprocessors);
      }
    }
  }
  // So many buckets that fewer than eight rows of sums fit into a block's shared memory.
  check_layout<std::int32_t>({1, 2, 3, 9, 5000, true}, IndexType::int32, 1);
  check_refusals();
  return 0;
}
