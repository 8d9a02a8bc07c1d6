// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 32
#define FACE_LOOPS avx2_loops
#include "kernel_loops.h"
