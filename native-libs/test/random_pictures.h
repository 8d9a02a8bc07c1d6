// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "pixels_reference.h"

namespace test {

class RandomPictures {
 public:
  explicit RandomPictures(unsigned seed) : generator_(seed) {}

  int between(int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator_); }
  double between(double low, double high) { return std::uniform_real_distribution<double>(low, high)(generator_); }

  /// Noise: every mistake about a place or a weight shows.
  Picture picture(int width, int height, int gap = 0) {
    Picture made = {width, height, 3 * width + gap, {}};
    made.bytes.resize(static_cast<std::size_t>(made.stride * (height - 1) + 3 * width));
    for (std::uint8_t &byte : made.bytes) byte = static_cast<std::uint8_t>(between(0, 255));
    return made;
  }

 private:
  std::mt19937 generator_;
};

}  // namespace test
