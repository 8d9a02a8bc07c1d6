// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>
using FaceRegister = __m512i;
#define FACE_MM(operation) _mm512_##operation
#define FACE_SCREEN avx512_screen
#include "screen_maddubs.h"
