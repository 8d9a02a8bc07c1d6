// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

// What one core can do at most, to measure the library against. Like kernels.h, this header is included by files
// that are compiled for newer CPUs than the one at hand: no inline functions of the standard library here.

namespace bench {

/// Rates of one level of vector instructions. Each function returns a value that depends on all of its work, so
/// that none of it can be left out.
struct Peak {
  /// As in face::Kernels.
  const char *name;
  /// Multiplies and adds in float32, all operands in registers.
  float (*multiply_add)(size_t rounds, float factor, float summand);
  /// Floating point operations of a round; a multiply-add counts as two.
  size_t operations_per_round;
  /// Reads `count` doubles, as fast as memory gives them.
  double (*read)(const double *values, size_t count);
};

extern const Peak portable_peak;
#if defined(FACE_X86_KERNELS)
extern const Peak avx2_peak;
extern const Peak avx512_peak;

/// Products of bytes added up in int32 by AVX-512 VNNI, all operands in registers.
int vnni_multiply_add(size_t rounds, int factor, int other);
/// Operations of a round of it; a product and its addition count as two.
extern const size_t vnni_operations_per_round;
#endif

}  // namespace bench
