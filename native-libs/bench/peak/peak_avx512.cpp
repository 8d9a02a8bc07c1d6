// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 64
#define PEAK_SUMS 24
#include "peak_loops.h"

namespace bench {

extern const Peak avx512_peak = {"avx512", multiply_add, operations_per_round, read};

}  // namespace bench
