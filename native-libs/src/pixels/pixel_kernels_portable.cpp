// SPDX-License-Identifier: Apache-2.0
#define FACE_VECTOR_BYTES 16
#include "pixel_loops.h"

namespace face {

const PixelKernels portable_pixel_kernels = {"portable", widen, swap, resize,       blend_swapped, halve, split,
                                         sample, blend, grey, cubic_across, cubic_down,    warp};

}  // namespace face
