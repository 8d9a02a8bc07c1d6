// SPDX-License-Identifier: Apache-2.0
#pragma once

// Enough of CUDA to run the kernels of this extension on a CPU, under sanitizers, on a machine without a GPU. Says nothing
// about speed; it shows that every index is right, that nothing is read or written outside, and that no two threads of a
// warp race.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#define __global__
#define __device__
#define __restrict__
#define __launch_bounds__(threads)
#define __CUDA_RUNTIME_API_H__

enum cudaError_t { cudaSuccess, cudaErrorInvalidValue };
using cudaStream_t = void *;
inline cudaError_t cudaGetLastError() { return cudaSuccess; }

struct dim3 {
  unsigned x;
  unsigned y;
  unsigned z;
  dim3(unsigned in_x, unsigned in_y = 1, unsigned in_z = 1) : x(in_x), y(in_y), z(in_z) {}
};

namespace emulation {
constexpr unsigned warp_size = 32;

inline thread_local dim3 thread_index{0};
inline thread_local dim3 block_index{0};
inline dim3 block_size{1};
inline dim3 grid_size{1};
inline std::vector<double> shared;

/// The threads of one warp, kept for all of a launch. They sleep while they wait: there may be fewer cores than threads.
class Meeting {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    const std::size_t round = round_;
    if (++arrived_ == warp_size) {
      arrived_ = 0;
      ++round_;
      everybody_.notify_all();
    } else {
      everybody_.wait(lock, [&] { return round_ != round; });
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable everybody_;
  std::size_t arrived_ = 0;
  std::size_t round_ = 0;
};

inline Meeting warp_meeting;

inline void for_each_block(const std::function<void()> &run) {
  for (unsigned z = 0; z < grid_size.z; ++z) {
    for (unsigned y = 0; y < grid_size.y; ++y) {
      for (unsigned x = 0; x < grid_size.x; ++x) {
        block_index = dim3(x, y, z);
        run();
      }
    }
  }
}

/// For a kernel whose threads do not meet: one after the other.
inline void launch_threads(dim3 grid, int block, int, cudaStream_t, const std::function<void()> &kernel) {
  grid_size = grid;
  block_size = dim3(static_cast<unsigned>(block));
  for_each_block([&] {
    for (unsigned thread = 0; thread < block_size.x; ++thread) {
      thread_index = dim3(thread);
      kernel();
    }
  });
}

/// For a kernel whose warps share nothing, but whose threads do within a warp: warps one after the other, 32 at a time.
inline void launch_warps(dim3 grid, unsigned block, std::size_t shared_bytes, cudaStream_t,
                         const std::function<void()> &kernel) {
  if (shared_bytes > 48 * 1024) std::abort();  // a GPU refuses such a launch
  grid_size = grid;
  block_size = dim3(block);
  // Of the exact size, so that a sanitizer sees a row of sums that is too long.
  shared.assign((shared_bytes + sizeof(double) - 1) / sizeof(double), -1.0);
  std::vector<std::thread> lanes;
  for (unsigned lane = 0; lane < warp_size; ++lane) {
    lanes.emplace_back([&, lane] {
      for_each_block([&] {
        for (unsigned warp = 0; warp < block_size.x / warp_size; ++warp) {
          thread_index = dim3(warp * warp_size + lane);
          kernel();
        }
      });
    });
  }
  for (std::thread &lane : lanes) lane.join();
}
}  // namespace emulation

#define threadIdx emulation::thread_index
#define blockIdx emulation::block_index
#define blockDim emulation::block_size
#define gridDim emulation::grid_size

inline void __syncwarp() { emulation::warp_meeting.wait(); }

template <typename number>
number __ldg(const number *from) {
  return *from;
}

template <typename number>
number atomicAdd(number *to, number value) {
  return std::atomic_ref<number>(*to).fetch_add(value);
}

/// The upper half of a float32: exact for the small whole numbers of the test.
struct __nv_bfloat16 {
  std::uint16_t bits;
};
inline float __bfloat162float(__nv_bfloat16 value) {
  const std::uint32_t wide = static_cast<std::uint32_t>(value.bits) << 16;
  float result;
  __builtin_memcpy(&result, &wide, sizeof(result));
  return result;
}
inline __nv_bfloat16 __float2bfloat16_rn(float value) {
  std::uint32_t wide;
  __builtin_memcpy(&wide, &value, sizeof(wide));
  return {static_cast<std::uint16_t>(wide >> 16)};
}

using __half = _Float16;
inline float __half2float(__half value) { return static_cast<float>(value); }
inline __half __float2half_rn(float value) { return static_cast<__half>(value); }
