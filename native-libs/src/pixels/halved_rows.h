// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory_block.h"
#include "pixel_kernels.h"
#include "planes.h"

namespace face {

/// Rows of a picture that was halved as often as its task allows, made one by one: two rows of each size before are
/// all that is kept.
class HalvedRows {
 public:
  HalvedRows(const PixelKernels &kernels, const PlanesTask &task) noexcept
      : kernels_(kernels), task_(task), size_(task.picture) {
    while (size_.width >= 2 * task.fit.width && size_.height >= 2 * task.fit.height) {
      size_ = {size_.width / 2, size_.height / 2};
      ++times_;
    }
  }

  [[nodiscard]] bool prepare() noexcept {
    std::size_t words = 0;
    for (std::size_t level = 0; level < times_; ++level) words += 2 * padded(width_at(level));
    return words == 0 || scratch_.allocate(words);
  }

  /// Of the halved picture.
  [[nodiscard]] Size size() const noexcept { return size_; }

  /// Row y as words; there must be room for padded(size().width).
  void read(std::size_t y, std::uint32_t *words) noexcept { read_level(times_, y, scratch_.data(), words); }

 private:
  [[nodiscard]] std::size_t width_at(std::size_t level) const noexcept { return task_.picture.width >> level; }

  /// @param scratch room for two rows of each level below. At most 30 levels: a side has at most 2^30 pixels.
  void read_level(std::size_t level, std::size_t y, std::uint32_t *scratch, std::uint32_t *words) noexcept {
    if (level == 0) {
      kernels_.widen(task_.bgr + y * task_.stride, task_.picture.width, words);
      return;
    }
    const std::size_t width = padded(width_at(level - 1));
    std::uint32_t *upper = scratch;
    std::uint32_t *lower = scratch + width;
    read_level(level - 1, 2 * y, lower + width, upper);
    read_level(level - 1, 2 * y + 1, lower + width, lower);
    kernels_.halve(upper, lower, width_at(level), words);
  }

  const PixelKernels &kernels_;
  const PlanesTask &task_;
  Size size_;
  std::size_t times_ = 0;
  MemoryBlock<std::uint32_t> scratch_;
};

}  // namespace face
