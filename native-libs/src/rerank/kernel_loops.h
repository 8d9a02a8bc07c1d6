// SPDX-License-Identifier: Apache-2.0
//
// The functions of Loops. Each loops_*.cpp defines FACE_VECTOR_BYTES and FACE_LOOPS and includes this file once, so
// the loops have internal linkage and are compiled for that file's instructions. They are written with the vector
// extensions of gcc and clang: the order of additions is then fixed by the source and equal on every run.
#pragma once

#include "kernels.h"
#include "row_loops.h"
#include "tile_loops.h"

namespace face {

const Loops FACE_LOOPS = {
    products_float, products_double, dot_float,   dot_double,        dot_mixed, count_votes,
    add_float_rows, add_double_rows, scale_float, scale_double,      gram_tile, fused,
    gram_pair,      weighted_square, weigh_tile,  add_weighted_rows, quantize,
};

}  // namespace face
