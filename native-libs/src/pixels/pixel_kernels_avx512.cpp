// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 64
#include "pixel_loops.h"

namespace face {

const PixelKernels avx512_pixel_kernels = {"avx512", widen, swap, resize,       blend_swapped, halve, split,
                                         sample, blend, grey, cubic_across, cubic_down,    warp};

}  // namespace face
