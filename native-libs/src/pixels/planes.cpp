// SPDX-License-Identifier: Apache-2.0
#include "planes.h"

#include <algorithm>
#include <utility>

#include "halved_rows.h"
#include "memory_block.h"
#include "taps.h"

namespace face {
namespace {

class PlaneWriter {
 public:
  PlaneWriter(const PixelKernels &kernels, const PlanesTask &task) noexcept
      : kernels_(kernels), task_(task), source_(kernels, task), width_(padded(task.fit.width)) {}

  [[nodiscard]] bool prepare() noexcept {
    if (!source_.prepare() || !words_.allocate(padded(source_.size().width)) || !rows_.allocate(6 * width_)) {
      return false;
    }
    for (std::size_t channel = 0; channel < 3; ++channel) {
      upper_.channels.channel[channel] = rows_.data() + channel * width_;
      lower_.channels.channel[channel] = rows_.data() + (3 + channel) * width_;
    }
    return source_.size().width == task_.fit.width || prepare_columns();
  }

  void run() noexcept {
    for (std::size_t y = 0; y < task_.fit.height; ++y) {
      const Tap tap = tap_at(y, source_.size().height, task_.fit.height);
      if (lower_.line == tap.first) std::swap(upper_, lower_);
      fill(upper_, tap.first);
      if (tap.share > 0) fill(lower_, tap.second);
      write_row(y, upper_, tap.share > 0 ? lower_ : upper_, tap.share);
    }
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// One row of the halved picture at the width of the planes.
  struct Row {
    ChannelRows channels = {};
    std::size_t line = none;
  };

  [[nodiscard]] bool prepare_columns() noexcept {
    if (!first_.allocate(width_) || !second_.allocate(width_) || !shares_.allocate(width_)) return false;
    for (std::size_t x = 0; x < width_; ++x) {
      const Tap tap = x < task_.fit.width ? tap_at(x, source_.size().width, task_.fit.width) : Tap{0, 0, 0};
      first_[x] = static_cast<std::uint32_t>(tap.first);
      second_[x] = static_cast<std::uint32_t>(tap.second);
      shares_[x] = static_cast<float>(tap.share);
    }
    return true;
  }

  void fill(Row &row, std::size_t line) noexcept {
    if (row.line == line) return;
    row.line = line;
    source_.read(line, words_.data());
    const std::size_t width = source_.size().width;
    if (task_.mirrored) std::reverse(words_.data(), words_.data() + width);
    if (width == task_.fit.width) {
      kernels_.split(words_.data(), width, row.channels);
    } else {
      kernels_.sample(words_.data(), first_.data(), second_.data(), shares_.data(), task_.fit.width, row.channels);
    }
  }

  void write_row(std::size_t y, const Row &upper, const Row &lower, double share) noexcept {
    const double factor = 1 / task_.divisor;
    for (std::size_t channel = 0; channel < 3; ++channel) {
      const std::size_t plane = task_.rgb ? 2 - channel : channel;
      float *to = task_.planes + (plane * task_.room.height + y) * task_.room.width;
      kernels_.blend(upper.channels.channel[channel], lower.channels.channel[channel],
                     static_cast<float>((1 - share) * factor), static_cast<float>(share * factor),
                     static_cast<float>(-task_.mean * factor), task_.fit.width, to);
    }
  }

  const PixelKernels &kernels_;
  const PlanesTask &task_;
  HalvedRows source_;
  const std::size_t width_;
  MemoryBlock<std::uint32_t> words_;
  MemoryBlock<float> rows_;
  Row upper_;
  Row lower_;
  /// Indices and shares along a row; only where the halved picture has another width than the planes.
  MemoryBlock<std::uint32_t> first_;
  MemoryBlock<std::uint32_t> second_;
  MemoryBlock<float> shares_;
};

}  // namespace

Status fill_planes(const PixelKernels &kernels, const PlanesTask &task) noexcept {
  PlaneWriter writer(kernels, task);
  if (!writer.prepare()) return Status::out_of_memory;
  writer.run();
  return Status::ok;
}

}  // namespace face
