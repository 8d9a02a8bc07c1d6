// SPDX-License-Identifier: Apache-2.0
#include "letterbox.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "memory_block.h"
#include "taps.h"

namespace face {
namespace {

/// A share as 256ths, rounded to the nearest.
std::uint32_t in_256ths(double share) noexcept { return static_cast<std::uint32_t>(share * 256 + 0.5); }

/// Resizes the picture row by row. Each of its rows is resized across once, as long as two neighbouring rows of the
/// frame need it.
class Resizer {
 public:
  Resizer(const PixelKernels &kernels, const LetterboxTask &task) noexcept : kernels_(kernels), task_(task) {}

  [[nodiscard]] bool prepare() noexcept {
    const std::size_t width = padded(task_.fit.width);
    if (!offsets_.allocate(width) || !shares_.allocate(width) || !rows_.allocate(2 * width)) return false;
    for (std::size_t x = 0; x < width; ++x) {
      // A pixel and the one behind it are read together, so the last pixel is the second of its pair.
      const Tap tap = x < task_.fit.width ? tap_at(x, task_.picture.width, task_.fit.width) : Tap{0, 0, 0};
      const bool at_end = tap.first > 0 && tap.first == task_.picture.width - 1;
      offsets_[x] = static_cast<std::uint32_t>(3 * (at_end ? tap.first - 1 : tap.first));
      const std::uint32_t share = at_end ? 256 : in_256ths(tap.share);
      shares_[x] = share << 16 | share;
    }
    upper_ = {rows_.data(), none};
    lower_ = {rows_.data() + width, none};
    return true;
  }

  void draw_row(std::size_t y, std::uint8_t *bgr) noexcept {
    const Tap tap = tap_at(y, task_.picture.height, task_.fit.height);
    if (lower_.line == tap.first) std::swap(upper_, lower_);
    fill(upper_, tap.first);
    const std::uint32_t share = in_256ths(tap.share);
    if (share > 0) fill(lower_, tap.second);
    kernels_.blend_swapped(upper_.words, share > 0 ? lower_.words : upper_.words, share, task_.fit.width, bgr);
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// One row of the picture at the width of the frame.
  struct Row {
    std::uint32_t *words = nullptr;
    std::size_t line = none;
  };

  void fill(Row &row, std::size_t line) noexcept {
    if (row.line == line) return;
    row.line = line;
    const std::uint8_t *pixels = task_.rgb + line * task_.picture.width * 3;
    if (task_.picture.width > 1) {
      kernels_.resize(pixels, offsets_.data(), shares_.data(), task_.fit.width, row.words);
    } else {
      kernels_.widen(pixels, 1, row.words);
      std::fill_n(row.words + 1, task_.fit.width - 1, row.words[0]);
    }
  }

  const PixelKernels &kernels_;
  const LetterboxTask &task_;
  /// Of the first of two neighbouring pixels, bytes from the start of the row.
  MemoryBlock<std::uint32_t> offsets_;
  MemoryBlock<std::uint32_t> shares_;
  MemoryBlock<std::uint32_t> rows_;
  Row upper_;
  Row lower_;
};

/// Draws `fit.height` rows by `draw_row(y, row)` and blackens all that is left of the frame.
template <class DrawRow>
void draw_rows(const LetterboxTask &task, const DrawRow &draw_row) noexcept {
  const std::size_t stride = task.room.width * 3;
  const std::size_t drawn = task.fit.width * 3;
  for (std::size_t y = 0; y < task.fit.height; ++y) {
    std::uint8_t *row = task.frame + y * stride;
    draw_row(y, row);
    std::memset(row + drawn, 0, stride - drawn);
  }
  std::memset(task.frame + task.fit.height * stride, 0, (task.room.height - task.fit.height) * stride);
}

}  // namespace

Status draw_letterbox(const PixelKernels &kernels, const LetterboxTask &task) noexcept {
  if (task.picture.width == task.fit.width && task.picture.height == task.fit.height) {
    draw_rows(task, [&](std::size_t y, std::uint8_t *row) {
      kernels.swap(task.rgb + y * task.picture.width * 3, task.picture.width, row);
    });
    return Status::ok;
  }
  Resizer resizer(kernels, task);
  if (!resizer.prepare()) return Status::out_of_memory;
  draw_rows(task, [&](std::size_t y, std::uint8_t *row) { resizer.draw_row(y, row); });
  return Status::ok;
}

}  // namespace face
