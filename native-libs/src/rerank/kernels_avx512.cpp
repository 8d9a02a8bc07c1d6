// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 64
#include "kernel_loops.h"

namespace face {

const Kernels avx512_kernels = {"avx512",        dot_float,       dot_double, dot_mixed,
                            add_float_rows, add_double_rows, gram_tile};

}  // namespace face
