// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 32
#define PEAK_SUMS 12
#include "peak_loops.h"

namespace bench {

extern const Peak avx2_peak = {"avx2", multiply_add, operations_per_round, read};

}  // namespace bench
