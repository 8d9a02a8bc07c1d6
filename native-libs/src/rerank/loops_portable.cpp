// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 16
#define FACE_LOOPS portable_loops
#include "kernel_loops.h"
