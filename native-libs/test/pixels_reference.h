// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

// What face_pixels.h says, written down plainly: pixel by pixel, in double precision.

namespace test {

using Bytes = std::vector<std::uint8_t>;

/// Three bytes a pixel, rows `stride` bytes apart; memory ends with the last pixel.
struct Picture {
  int width;
  int height;
  int stride;
  Bytes bytes;

  /// The border repeats.
  int at(int x, int y, int channel) const {
    const int column = std::min(std::max(x, 0), width - 1);
    const int row = std::min(std::max(y, 0), height - 1);
    return bytes[static_cast<std::size_t>(row * stride + 3 * column + channel)];
  }
  int at_or_black(int x, int y, int channel) const {
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : at(x, y, channel);
  }
};

inline double bilinear(const Picture &picture, double x, double y, int channel) {
  const double left = std::floor(x);
  const double top = std::floor(y);
  const auto at = [&](double dx, double dy) {
    return picture.at_or_black(static_cast<int>(left + dx), static_cast<int>(top + dy), channel);
  };
  const double upper = at(0, 0) * (1 - x + left) + at(1, 0) * (x - left);
  const double lower = at(0, 1) * (1 - x + left) + at(1, 1) * (x - left);
  return upper * (1 - y + top) + lower * (y - top);
}

/// Value of a resized picture, pixel centres at the half.
inline double resized(const Picture &picture, int width, int height, int x, int y, int channel) {
  const auto place = [](int index, int source, int target) {
    return std::min(std::max((index + 0.5) * source / target - 0.5, 0.0), source - 1.0);
  };
  const double across = place(x, picture.width, width);
  const double down = place(y, picture.height, height);
  // On the last pixel the neighbour behind has no share, so that it counts as black does not matter.
  return bilinear(picture, across, down, channel);
}

inline Picture halved(const Picture &picture) {
  Picture half = {picture.width / 2, picture.height / 2, picture.width / 2 * 3, {}};
  for (int y = 0; y < half.height; ++y) {
    for (int x = 0; x < half.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const int sum = picture.at(2 * x, 2 * y, channel) + picture.at(2 * x + 1, 2 * y, channel) +
                        picture.at(2 * x, 2 * y + 1, channel) + picture.at(2 * x + 1, 2 * y + 1, channel);
        half.bytes.push_back(static_cast<std::uint8_t>((sum + 2) / 4));
      }
    }
  }
  return half;
}

inline double cubic(double distance) {
  if (distance <= 1) return distance * distance * distance - 2 * distance * distance + 1;
  if (distance >= 2) return 0;
  return -distance * distance * distance + 5 * distance * distance - 8 * distance + 4;
}

inline double grey_at(const Picture &picture, double x, double y) {
  double sum = 0;
  for (double row = std::floor(y) - 1; row <= std::floor(y) + 2; ++row) {
    for (double column = std::floor(x) - 1; column <= std::floor(x) + 2; ++column) {
      const auto channel = [&](int index) {
        return static_cast<double>(picture.at(static_cast<int>(column), static_cast<int>(row), index));
      };
      const double grey = 0.114 * channel(0) + 0.587 * channel(1) + 0.299 * channel(2);
      sum += grey * cubic(std::abs(x - column)) * cubic(std::abs(y - row));
    }
  }
  return std::min(std::max(sum, 0.0), 255.0);
}

}  // namespace test
