// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
using FaceRegister = __m256i;
#define FACE_MM(operation) _mm256_##operation
#define FACE_SCREEN avx2_screen
#include "screen_maddubs.h"
