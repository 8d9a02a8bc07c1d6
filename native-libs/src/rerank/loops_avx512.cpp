// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 64
#define FACE_LOOPS avx512_loops
#include "kernel_loops.h"
