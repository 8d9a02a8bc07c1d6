// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 32
#include "pixel_loops.h"

namespace face {

const PixelKernels avx2_pixel_kernels = {"avx2", widen, swap, resize,       blend_swapped, halve, split,
                                         sample, blend, grey, cubic_across, cubic_down,    warp};

}  // namespace face
