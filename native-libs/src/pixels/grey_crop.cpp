// SPDX-License-Identifier: Apache-2.0
#include "grey_crop.h"

#include <algorithm>
#include <cmath>

#include "memory_block.h"

namespace face {
namespace {

/// Keys' cubic convolution kernel with a = -1, the sharpest of the usual ones; its four weights sum to 1.
double cubic(double distance) noexcept {
  constexpr double a = -1;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return distance < 2 ? ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a : 0;
}

/// Where the samples along one axis lie: four neighbours each, of which the first may be up to two pixels before the
/// picture and the last up to two behind it.
struct CubicTaps {
  std::ptrdiff_t first[grey_side];
  float weights[4][grey_side];

  explicit CubicTaps(const Stretch &stretch) noexcept {
    for (std::size_t i = 0; i < grey_side; ++i) {
      const double step = (stretch.to - stretch.from) / static_cast<double>(grey_side);
      const double position = stretch.from + (static_cast<double>(i) + 0.5) * step - 0.5;
      const double before = std::floor(position) - 1;
      first[i] = static_cast<std::ptrdiff_t>(before);
      for (std::size_t tap = 0; tap < 4; ++tap) {
        weights[tap][i] = static_cast<float>(cubic(std::abs(position - (before + static_cast<double>(tap)))));
      }
    }
  }
};

std::ptrdiff_t clamp(std::ptrdiff_t value, std::size_t side) noexcept {
  return std::min(std::max(value, std::ptrdiff_t{0}), static_cast<std::ptrdiff_t>(side) - 1);
}

class GreyCropper {
 public:
  GreyCropper(const PixelKernels &kernels, const GreyCropTask &task) noexcept
      : kernels_(kernels), task_(task), columns_(task.across), rows_(task.down) {
    // The stretch of a row that is needed, and how much of it lies outside on either side.
    const std::ptrdiff_t begin = columns_.first[0];
    const std::ptrdiff_t last = columns_.first[grey_side - 1] + 3;
    start_ = clamp(begin, task.picture.width);
    const std::ptrdiff_t end = clamp(last, task.picture.width);
    count_ = static_cast<std::size_t>(end - start_ + 1);
    before_ = static_cast<std::size_t>(std::max(start_ - begin, std::ptrdiff_t{0}));
    behind_ = static_cast<std::size_t>(std::max(last - end, std::ptrdiff_t{0}));
    for (std::size_t i = 0; i < grey_side; ++i) first_[i] = static_cast<std::uint32_t>(columns_.first[i] - begin);
    std::fill_n(lines_, kept_rows, std::ptrdiff_t{-1});
  }

  [[nodiscard]] bool prepare() noexcept {
    return words_.allocate(padded(count_)) && greys_.allocate(before_ + padded(count_) + behind_);
  }

  void run() noexcept {
    const auto factor = static_cast<float>(1 / task_.divisor);
    for (std::size_t y = 0; y < grey_side; ++y) {
      const float *neighbours[4];
      float weights[4];
      for (std::size_t tap = 0; tap < 4; ++tap) {
        neighbours[tap] = sampled_row(clamp(rows_.first[y] + static_cast<std::ptrdiff_t>(tap), task_.picture.height));
        weights[tap] = rows_.weights[tap][y];
      }
      kernels_.cubic_down(neighbours, weights, factor, task_.grey + y * grey_side);
    }
  }

 private:
  /// Four rows that follow each other have different places among as many.
  static constexpr std::size_t kept_rows = 4;

  /// A row of the picture, sampled across; kept until a row of the same place is asked for.
  const float *sampled_row(std::ptrdiff_t line) noexcept {
    const std::size_t place = static_cast<std::size_t>(line) % kept_rows;
    if (lines_[place] != line) {
      lines_[place] = line;
      const std::uint8_t *row = task_.bgr + static_cast<std::size_t>(line) * task_.stride;
      kernels_.widen(row + 3 * static_cast<std::size_t>(start_), count_, words_.data());
      float *greys = greys_.data() + before_;
      kernels_.grey(words_.data(), count_, greys);
      std::fill_n(greys_.data(), before_, greys[0]);
      std::fill_n(greys + count_, behind_, greys[count_ - 1]);
      kernels_.cubic_across(greys_.data(), first_, columns_.weights, sampled_[place]);
    }
    return sampled_[place];
  }

  const PixelKernels &kernels_;
  const GreyCropTask &task_;
  const CubicTaps columns_;
  const CubicTaps rows_;
  /// First column of the picture that is needed, and how many.
  std::ptrdiff_t start_;
  std::size_t count_;
  /// How often the pixels at the border are repeated.
  std::size_t before_;
  std::size_t behind_;
  std::uint32_t first_[grey_side];
  std::ptrdiff_t lines_[kept_rows];
  float sampled_[kept_rows][grey_side];
  MemoryBlock<std::uint32_t> words_;
  MemoryBlock<float> greys_;
};

}  // namespace

Status crop_grey(const PixelKernels &kernels, const GreyCropTask &task) noexcept {
  GreyCropper cropper(kernels, task);
  if (!cropper.prepare()) return Status::out_of_memory;
  cropper.run();
  return Status::ok;
}

}  // namespace face
