// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

// The loops over pixels, compiled once for each level of vector instructions. This header is included by files that
// are compiled for newer CPUs than the one at hand, so it must not pull in inline functions of the standard library:
// the linker might keep their copy for the whole program.

namespace face {

/// Side of an aligned face, PIXELS_FACE_SIDE.
constexpr size_t face_side = 112;
/// Side of a grey crop, PIXELS_GREY_SIDE.
constexpr size_t grey_side = 64;

/// Working rows have room for a multiple of this many elements, so that loops over them need no rest: the elements
/// of the widest vector register. What lies behind the last pixel is read and written, and means nothing.
constexpr size_t row_lanes = 16;
[[nodiscard]] constexpr size_t padded(size_t count) noexcept { return (count + row_lanes - 1) / row_lanes * row_lanes; }

/// Three floats a pixel, channel by channel, in the order of the picture's bytes. Padded rows.
struct ChannelRows {
  float *channel[3];
};

/// A picture that a face is cut out of, and the place (a x - b y + dx, b x + a y + dy) of crop pixel (x, y) in it.
struct FaceWarp {
  const uint8_t *rgb;
  int32_t width;
  int32_t height;
  double a;
  double b;
  double dx;
  double dy;
};

/// A "word" is a pixel in four bytes: its three, in their order, and one that means nothing. Rows of words, shares and
/// floats are padded; rows of pixels (three bytes each) are the caller's memory and exactly as long as they are.
struct PixelKernels {
  /// Name of the vector instructions.
  const char *name;

  void (*widen)(const uint8_t *pixels, size_t count, uint32_t *words);
  /// Exchanges the first byte of each pixel and the third.
  void (*swap)(const uint8_t *pixels, size_t count, uint8_t *swapped);

  /// words[x] = the mean of the pixel at byte offsets[x] and of the one behind it, whose share is shares[x] 256ths
  /// (in both halves of the number). Both pixels lie in the row, also where offsets and shares are only padding.
  void (*resize)(const uint8_t *pixels, const uint32_t *offsets, const uint32_t *shares, size_t count,
                 uint32_t *words);
  /// swapped = the mean of two rows, the lower one with `share` 256ths; first and third byte exchanged.
  void (*blend_swapped)(const uint32_t *upper, const uint32_t *lower, uint32_t share, size_t count,
                        uint8_t *swapped);

  /// half[x] = the mean of upper[2x], upper[2x + 1], lower[2x], lower[2x + 1], rounded to the nearest.
  void (*halve)(const uint32_t *upper, const uint32_t *lower, size_t count, uint32_t *half);
  void (*split)(const uint32_t *words, size_t count, const ChannelRows &rows);
  /// Bilinear along the row: words[first[x]] and, with shares[x] of the whole, words[second[x]].
  void (*sample)(const uint32_t *words, const uint32_t *first, const uint32_t *second, const float *shares,
                 size_t count, const ChannelRows &rows);
  /// blended = upper * upper_factor + lower * lower_factor + shift; exactly `count` elements are written.
  void (*blend)(const float *upper, const float *lower, float upper_factor, float lower_factor, float shift,
                size_t count, float *blended);

  /// Grey of BGR words, 0..255.
  void (*grey)(const uint32_t *words, size_t count, float *greys);
  /// sampled[x] = sum of weights[tap][x] * greys[first[x] + tap].
  void (*cubic_across)(const float *greys, const uint32_t *first, const float (*weights)[grey_side], float *sampled);
  /// values = the sum of four sampled rows by weight, clamped to 0..255, times `factor`.
  void (*cubic_down)(const float *const *rows, const float *weights, float factor, float *values);

  /// Writes a whole crop, BGR.
  void (*warp)(const FaceWarp &warp, uint8_t *crop);
};

extern const PixelKernels portable_pixel_kernels;
#if defined(FACE_X86_KERNELS)
extern const PixelKernels avx2_pixel_kernels;
extern const PixelKernels avx512_pixel_kernels;
#endif

/// All levels that this CPU can run, the best one last.
struct PixelKernelChoice {
  const PixelKernels *levels[3];
  size_t count;
};
PixelKernelChoice runnable_pixel_kernels() noexcept;

/// The best level of this CPU.
const PixelKernels &best_pixel_kernels() noexcept;

}  // namespace face
