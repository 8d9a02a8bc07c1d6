// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

// The loops that take the time, compiled once for each level of vector instructions. This header is included by
// files that are compiled for newer CPUs than the one at hand, so it must not pull in inline functions of the
// standard library: the linker might keep their copy for the whole program.

namespace face {

/// Elements to which single precision rows are padded with zeros.
constexpr size_t padded_elements = 64;

/// Partial sums of a product in single precision; a power of two. The same for every level, so that all of them have
/// the same roundings.
constexpr size_t gram_lanes = 16;
static_assert(padded_elements % gram_lanes == 0, "a row is whole steps");

/// Pairs that gram_tile() computes at once.
constexpr size_t tile_rows = 6;
constexpr size_t tile_columns = 4;

/// Pairs that a Screen judges at once.
constexpr size_t screen_rows = 12;
constexpr size_t screen_columns = 32;
static_assert(screen_rows % tile_rows == 0 && screen_columns % tile_columns == 0, "a screen is whole tiles");

/// Of one row, in double precision.
struct RowProducts {
  double square;
  double query;
};

/// What weights in [0, 1] add up to.
struct VoteCount {
  double total;
  /// How many are not 0, and how many are 1.
  size_t voters;
  size_t full_voters;
};

/// Loops over floating point numbers.
struct Loops {
  /// row.row and row.query
  RowProducts (*products_float)(const float *row, const double *query, size_t dimension);
  RowProducts (*products_double)(const double *row, const double *query, size_t dimension);
  /// sum_i a_i b_i in double precision. Symmetric in its arguments to the last bit for equal types.
  double (*dot_float)(const float *a, const float *b, size_t dimension);
  double (*dot_double)(const double *a, const double *b, size_t dimension);
  double (*dot_mixed)(const double *a, const float *b, size_t dimension);
  /// Of some weights.
  VoteCount (*count_votes)(const double *weights, size_t count);
  /// sum += sum_k weights[k] rows[k], added in the order of the rows.
  void (*add_float_rows)(double *sum, const float *const *rows, const double *weights, size_t count,
                         size_t dimension);
  void (*add_double_rows)(double *sum, const double *const *rows, const double *weights, size_t count,
                          size_t dimension);
  /// to = scale * from, rounded to single precision.
  /// @return the largest magnitude of `to`.
  float (*scale_float)(const float *from, double scale, size_t dimension, float *to);
  float (*scale_double)(const double *from, double scale, size_t dimension, float *to);

  // The functions below work on single precision rows: `dimension` is a multiple of padded_elements, rows start on
  // multiples of 64 bytes and lie `stride` elements apart.

  /// products[r * tile_columns + c] = a_r.b_c. Each product is the sum of gram_lanes partial sums, added up in a
  /// fixed order, with at most dimension / gram_lanes + 4 roundings in a row.
  void (*gram_tile)(const float *a, const float *b, size_t stride, size_t dimension, float *products);
  /// Whether its products are those of gram_pair() to the last bit. Where a CPU cannot multiply and add with one
  /// rounding they are not: it would take six times as long for all the pairs that need no more than a bound.
  bool tiles_are_final;
  /// One such product, equal to the last bit on every level.
  float (*gram_pair)(const float *a, const float *b, size_t dimension);
  /// |sum_k weights[k] rows[k]|^2 of a few rows: the sum in single precision, its square in double.
  double (*weighted_square)(const float *const *rows, const float *weights, size_t count, size_t dimension);
  /// weights[p] = clamp((products[p] - lowest) * slope, 0, 1) for the pairs of a tile, as PairWeight does it.
  void (*weigh_tile)(const float *products, double lowest, double slope, double *weights);
  /// sums[r] += sum_k weights[r * weight_stride + k] rows_k for r < count, where each weighted sum is built in single
  /// precision before it is added. A row's result does not depend on the other rows.
  void (*add_weighted_rows)(double *const *sums, const float *weights, size_t weight_stride, size_t count,
                            const float *rows, size_t stride, size_t row_count, size_t dimension);
  /// Rounds values / step to whole numbers of 8 bits, `step` being such that they fit.
  /// @param sum of the numbers.
  /// @return the squared length of what was lost, values - step * whole.
  float (*quantize)(const float *values, float step, size_t dimension, int8_t *whole, int32_t *sum);
};

/// Candidates as whole numbers of 8 bits, for a Screen; see QuantizedRows.
struct ScreenRows {
  /// screen_rows rows of signed numbers, `stride` bytes apart.
  const int8_t *whole;
  size_t stride;
  /// Per row: its step, 1 + what rounding took from its length, and Screen::offset times the sum of its numbers.
  const float *steps;
  const float *slacks;
  const int32_t *corrections;
};
struct ScreenPanel {
  /// [depth / 4][screen_columns][4] numbers of screen_columns candidates, each with Screen::offset added.
  const uint8_t *shifted;
  const float *steps;
  const float *slacks;
};

/// Proves for most pairs that their cosine is low, by products of whole numbers, which are exact and cheap.
struct Screen {
  /// Largest magnitude of a whole number.
  int largest;
  /// Makes the numbers of a panel non-negative where the CPU's instructions want that.
  int offset;
  /// Clears bit c of possible[r] where
  ///     step_r step_c (whole_r . whole_c) + slack_r slack_c < limit.
  /// Columns that no row asks for need not be looked at.
  void (*judge)(const ScreenRows &rows, const ScreenPanel &panel, size_t depth, float limit, uint32_t *possible);
};

extern const Loops portable_loops;
#if defined(FACE_X86_KERNELS)
extern const Loops avx2_loops;
extern const Loops avx512_loops;
extern const Screen avx2_screen;
extern const Screen avx512_screen;
extern const Screen vnni_screen;
#elif defined(FACE_ARM_KERNELS)
extern const Screen dotprod_screen;
#endif

/// A level of vector instructions.
struct Kernels {
  const char *name;
  const Loops *loops;
  /// Null where single precision products are as quick.
  const Screen *screen;
};

/// All levels that this CPU can run, the best one last.
struct KernelChoice {
  Kernels levels[4];
  size_t count;
};
KernelChoice runnable_kernels() noexcept;

/// The best level of this CPU.
Kernels best_kernels() noexcept;

inline RowProducts row_products(const Loops &loops, const float *row, const double *query, size_t dimension) {
  return loops.products_float(row, query, dimension);
}
inline RowProducts row_products(const Loops &loops, const double *row, const double *query, size_t dimension) {
  return loops.products_double(row, query, dimension);
}
inline double dot(const Loops &loops, const float *a, const float *b, size_t dimension) {
  return loops.dot_float(a, b, dimension);
}
inline double dot(const Loops &loops, const double *a, const double *b, size_t dimension) {
  return loops.dot_double(a, b, dimension);
}
inline double dot(const Loops &loops, const double *a, const float *b, size_t dimension) {
  return loops.dot_mixed(a, b, dimension);
}
inline void add_rows(const Loops &loops, double *sum, const float *const *rows, const double *weights, size_t count,
                     size_t dimension) {
  loops.add_float_rows(sum, rows, weights, count, dimension);
}
inline void add_rows(const Loops &loops, double *sum, const double *const *rows, const double *weights,
                     size_t count, size_t dimension) {
  loops.add_double_rows(sum, rows, weights, count, dimension);
}
inline float scale_row(const Loops &loops, const float *from, double scale, size_t dimension, float *to) {
  return loops.scale_float(from, scale, dimension, to);
}
inline float scale_row(const Loops &loops, const double *from, double scale, size_t dimension, float *to) {
  return loops.scale_double(from, scale, dimension, to);
}

}  // namespace face
