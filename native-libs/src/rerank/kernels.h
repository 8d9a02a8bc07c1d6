// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

// The loops that take the time, compiled once for each level of vector instructions. This header is included by
// files that are compiled for newer CPUs than the one at hand, so it must not pull in inline functions of the
// standard library: the linker might keep their copy for the whole program.

namespace face {

/// Rows and columns of the block of products that gram_tile() computes at once.
constexpr size_t tile_size = 4;
/// Elements to which rows for gram_tile() are padded with zeros; the width of the widest vector register.
constexpr size_t float_lanes = 16;

struct Kernels {
  /// Name of the vector instructions.
  const char *name;
  /// sum_i a_i b_i in double precision. Symmetric in its arguments to the last bit for equal types.
  double (*dot_float)(const float *a, const float *b, size_t dimension);
  double (*dot_double)(const double *a, const double *b, size_t dimension);
  double (*dot_mixed)(const double *a, const float *b, size_t dimension);
  /// sum += sum_k weights[k] rows[k], added in the order of the rows.
  void (*add_float_rows)(double *sum, const float *const *rows, const double *weights, size_t count,
                         size_t dimension);
  void (*add_double_rows)(double *sum, const double *const *rows, const double *weights, size_t count,
                          size_t dimension);
  /// products[r * tile_size + c] = a_r.b_c in single precision, for tile_size rows each, `dimension` elements apart.
  /// `dimension` is a multiple of float_lanes, both pointers of 64 bytes.
  void (*gram_tile)(const float *a, const float *b, size_t dimension, float *products);
};

extern const Kernels portable_kernels;
#if defined(FACE_X86_KERNELS)
extern const Kernels avx2_kernels;
extern const Kernels avx512_kernels;
#endif

/// All levels that this CPU can run, the best one last.
struct KernelChoice {
  const Kernels *levels[3];
  size_t count;
};
KernelChoice runnable_kernels() noexcept;

/// The best level of this CPU.
const Kernels &best_kernels() noexcept;

inline double dot(const Kernels &kernels, const float *a, const float *b, size_t dimension) {
  return kernels.dot_float(a, b, dimension);
}
inline double dot(const Kernels &kernels, const double *a, const double *b, size_t dimension) {
  return kernels.dot_double(a, b, dimension);
}
inline double dot(const Kernels &kernels, const double *a, const float *b, size_t dimension) {
  return kernels.dot_mixed(a, b, dimension);
}
inline void add_rows(const Kernels &kernels, double *sum, const float *const *rows, const double *weights,
                     size_t count, size_t dimension) {
  kernels.add_float_rows(sum, rows, weights, count, dimension);
}
inline void add_rows(const Kernels &kernels, double *sum, const double *const *rows, const double *weights,
                     size_t count, size_t dimension) {
  kernels.add_double_rows(sum, rows, weights, count, dimension);
}

}  // namespace face
