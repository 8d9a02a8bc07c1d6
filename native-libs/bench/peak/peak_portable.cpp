// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 16
#define PEAK_SUMS 12
#include "peak_loops.h"

namespace bench {

extern const Peak portable_peak = {"portable", multiply_add, operations_per_round, read};

}  // namespace bench
