// SPDX-License-Identifier: Apache-2.0
//
// Takes the place of the files that choose a level of vector instructions: a static library is only asked for what
// the program has not got.

#include "forced_level.h"

#include <algorithm>

#include "cpu_level.h"
#include "pixels/pixel_kernels.h"
#include "rerank/kernels.h"

namespace {

std::size_t forced = 0;

}  // namespace

namespace face {

Kernels best_kernels() noexcept { return runnable_kernels().levels[forced]; }
const PixelKernels &best_pixel_kernels() noexcept {
  return *runnable_pixel_kernels().levels[std::min(forced, runnable_levels() - 1)];
}

}  // namespace face

namespace test {

std::size_t level_count() { return face::runnable_kernels().count; }

void force_level(std::size_t level) { forced = level; }

const char *level_name() { return face::best_kernels().name; }

}  // namespace test
