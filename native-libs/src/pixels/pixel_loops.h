// SPDX-License-Identifier: Apache-2.0
//
// The loops behind PixelKernels. Each pixel_kernels_*.cpp defines FACE_VECTOR_BYTES and includes this file once, so the
// loops have internal linkage and are compiled for that file's instructions. They are written with the vector
// extensions of gcc and clang and compiled without fused multiply-add: every level gives the same bits.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "pixel_kernels.h"

namespace face {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a pixel is the lowest of its word");

using Words __attribute__((vector_size(FACE_VECTOR_BYTES))) = uint32_t;
using Integers __attribute__((vector_size(FACE_VECTOR_BYTES))) = int32_t;
using Floats __attribute__((vector_size(FACE_VECTOR_BYTES))) = float;
/// Two in a word: each byte of a pixel gets 16 bits when even and odd ones are taken in turns.
using Halves __attribute__((vector_size(FACE_VECTOR_BYTES))) = uint16_t;
/// Two words side by side.
using Pairs __attribute__((vector_size(FACE_VECTOR_BYTES))) = uint64_t;
using HalfWords __attribute__((vector_size(FACE_VECTOR_BYTES / 2))) = uint32_t;
/// Four pixels as words, or five as they lie in memory.
using Bytes16 __attribute__((vector_size(16))) = uint8_t;

constexpr size_t lanes = FACE_VECTOR_BYTES / sizeof(uint32_t);
static_assert(row_lanes % lanes == 0 && face_side % lanes == 0 && grey_side % lanes == 0, "no loop has a rest");

template <class Vector, class T>
[[gnu::always_inline]] inline Vector load(const T *from) {
  Vector vector;
  memcpy(&vector, from, sizeof vector);
  return vector;
}

template <class T, class Vector>
[[gnu::always_inline]] inline void store(T *to, Vector vector) {
  memcpy(to, &vector, sizeof vector);
}

[[gnu::always_inline]] inline uint32_t load_word(const uint8_t *from) { return load<uint32_t>(from); }

/// One pixel, of whose row no byte behind it is read.
[[gnu::always_inline]] inline uint32_t load_pixel(const uint8_t *from) {
  return from[0] | static_cast<uint32_t>(from[1]) << 8 | static_cast<uint32_t>(from[2]) << 16;
}

[[gnu::always_inline]] inline Floats to_floats(Words values) {
  return __builtin_convertvector(reinterpret_cast<Integers>(values), Floats);
}

void widen(const uint8_t *pixels, size_t count, uint32_t *words) {
  size_t x = 0;
  // 16 bytes are read for the 12 of four pixels.
  for (; x + 6 <= count; x += 4) {
    const Bytes16 four = load<Bytes16>(pixels + 3 * x);
    store(words + x, __builtin_shufflevector(four, four, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11));
  }
  for (; x < count; ++x) words[x] = load_pixel(pixels + 3 * x);
}

void swap(const uint8_t *pixels, size_t count, uint8_t *swapped) {
  size_t x = 0;
  // 16 bytes are written for the 15 of five pixels.
  for (; x + 6 <= count; x += 5) {
    const Bytes16 five = load<Bytes16>(pixels + 3 * x);
    store(swapped + 3 * x, __builtin_shufflevector(five, five, 2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 15));
  }
  for (; x < count; ++x) {
    for (size_t channel = 0; channel < 3; ++channel) swapped[3 * x + channel] = pixels[3 * x + 2 - channel];
  }
}

/// Writes words as pixels, their first and third byte exchanged. Four bytes behind the last pixel are written too.
[[gnu::always_inline]] inline void store_swapped(uint8_t *to, Words words) {
  Bytes16 parts[lanes / 4];
  memcpy(parts, &words, sizeof words);
  for (size_t i = 0; i < lanes / 4; ++i) {
    const Bytes16 four = parts[i];
    store(to + 12 * i, __builtin_shufflevector(four, four, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 7, 11, 15));
  }
}

/// Writes exactly `count` pixels, swapped; `words_at(x)` gives those from x on.
template <class WordsAt>
[[gnu::always_inline]] inline void write_swapped(uint8_t *pixels, size_t count, const WordsAt &words_at) {
  size_t x = 0;
  for (; x + lanes + 2 <= count; x += lanes) store_swapped(pixels + 3 * x, words_at(x));
  uint8_t rest[3 * 2 * lanes + 4];
  for (size_t y = x; y < count; y += lanes) store_swapped(rest + 3 * (y - x), words_at(y));
  if (x < count) memcpy(pixels + 3 * x, rest, 3 * (count - x));
}

/// first + (second - first) * share / 256 for each byte, rounded to the nearest. Nothing overflows: 255 * 256 + 128
/// has 16 bits.
[[gnu::always_inline]] inline Words mix(Words first, Words second, Halves share) {
  const Halves rest = 256 - share;
  const auto a = reinterpret_cast<Halves>(first);
  const auto b = reinterpret_cast<Halves>(second);
  const Halves even = (a & 255) * rest + (b & 255) * share + 128;
  const Halves odd = (a >> 8) * rest + (b >> 8) * share + 128;
  return reinterpret_cast<Words>(even >> 8 | (odd & 0xff00));
}

void resize(const uint8_t *pixels, const uint32_t *offsets, const uint32_t *shares, size_t count, uint32_t *words) {
  for (size_t x = 0; x < count; x += lanes) {
    Words first = {};
    Words second = {};
    for (size_t lane = 0; lane < lanes; ++lane) {
      const uint8_t *from = pixels + offsets[x + lane];
      first[lane] = load_word(from);
      // The second pixel lies in the upper three of these bytes: none behind it is read.
      second[lane] = load_word(from + 2);
    }
    store(words + x, mix(first, second >> 8, load<Halves>(shares + x)));
  }
}

void blend_swapped(const uint32_t *upper, const uint32_t *lower, uint32_t share, size_t count, uint8_t *swapped) {
  const Halves shares = Halves{} + static_cast<uint16_t>(share);
  write_swapped(swapped, count, [=](size_t x) __attribute__((always_inline)) {
    return mix(load<Words>(upper + x), load<Words>(lower + x), shares);
  });
}

void halve(const uint32_t *upper, const uint32_t *lower, size_t count, uint32_t *half) {
  constexpr uint32_t even_bytes = 0x00ff00ff;
  for (size_t x = 0; x < count; x += lanes / 2) {
    const Words above = load<Words>(upper + 2 * x);
    const Words below = load<Words>(lower + 2 * x);
    const auto mean = [](Words column_sums) __attribute__((always_inline)) {
      const auto pairs = reinterpret_cast<Pairs>(column_sums);
      return ((pairs + (pairs >> 32) + 0x00020002) >> 2) & even_bytes;
    };
    const Pairs even = mean((above & even_bytes) + (below & even_bytes));
    const Pairs odd = mean((above >> 8 & even_bytes) + (below >> 8 & even_bytes));
    store(half + x, __builtin_convertvector(even | odd << 8, HalfWords));
  }
}

/// The bytes at one place of each word, 0..255.
[[gnu::always_inline]] inline Floats channel_of(Words words, size_t channel) {
  return to_floats(words >> static_cast<uint32_t>(8 * channel) & 255);
}

void split(const uint32_t *words, size_t count, const ChannelRows &rows) {
  for (size_t x = 0; x < count; x += lanes) {
    const Words pixels = load<Words>(words + x);
    for (size_t channel = 0; channel < 3; ++channel) store(rows.channel[channel] + x, channel_of(pixels, channel));
  }
}

void sample(const uint32_t *words, const uint32_t *first, const uint32_t *second, const float *shares, size_t count,
            const ChannelRows &rows) {
  for (size_t x = 0; x < count; x += lanes) {
    Words left = {};
    Words right = {};
    for (size_t lane = 0; lane < lanes; ++lane) {
      left[lane] = words[first[x + lane]];
      right[lane] = words[second[x + lane]];
    }
    const Floats share = load<Floats>(shares + x);
    for (size_t channel = 0; channel < 3; ++channel) {
      store(rows.channel[channel] + x,
            channel_of(left, channel) * (1 - share) + channel_of(right, channel) * share);
    }
  }
}

void blend(const float *upper, const float *lower, float upper_factor, float lower_factor, float shift, size_t count,
           float *blended) {
  const auto mixed = [=](size_t x) __attribute__((always_inline)) {
    return load<Floats>(upper + x) * upper_factor + load<Floats>(lower + x) * lower_factor + shift;
  };
  size_t x = 0;
  for (; x + lanes <= count; x += lanes) store(blended + x, mixed(x));
  if (x == count) return;
  const Floats rest = mixed(x);
  memcpy(blended + x, &rest, (count - x) * sizeof(float));
}

void grey(const uint32_t *words, size_t count, float *greys) {
  for (size_t x = 0; x < count; x += lanes) {
    const Words pixels = load<Words>(words + x);
    store(greys + x, channel_of(pixels, 0) * 0.114F + channel_of(pixels, 1) * 0.587F + channel_of(pixels, 2) * 0.299F);
  }
}

void cubic_across(const float *greys, const uint32_t *first, const float (*weights)[grey_side], float *sampled) {
  for (size_t x = 0; x < grey_side; x += lanes) {
    Floats sum = {};
    for (size_t tap = 0; tap < 4; ++tap) {
      Floats values = {};
      for (size_t lane = 0; lane < lanes; ++lane) values[lane] = greys[first[x + lane] + tap];
      sum += values * load<Floats>(weights[tap] + x);
    }
    store(sampled + x, sum);
  }
}

void cubic_down(const float *const *rows, const float *weights, float factor, float *values) {
  for (size_t x = 0; x < grey_side; ++x) {
    float sum = 0;
    for (size_t tap = 0; tap < 4; ++tap) sum += rows[tap][x] * weights[tap];
    const float positive = sum < 0 ? 0 : sum;
    values[x] = (positive > 255 ? 255 : positive) * factor;
  }
}

/// Where the pixels of one row of a crop come from: whole coordinates of the top left neighbour, in -1..side, and what
/// lies beyond them, in 0..1.
struct WarpRow {
  int32_t left[face_side];
  int32_t top[face_side];
  float right_share[face_side];
  float bottom_share[face_side];
};

/// -1 and `end` are beyond the border with all of their weight; so is what overflowed and is no number at all.
[[gnu::always_inline]] inline double keep_near(double at, double end) {
  const double behind_start = at > -1 ? at : -1;
  return behind_start < end ? behind_start : end;
}

void place_row(const FaceWarp &warp, size_t row, WarpRow &places) {
  const auto y = static_cast<double>(row);
  const double width = warp.width;
  const double height = warp.height;
  for (int32_t column = 0; column < static_cast<int32_t>(face_side); ++column) {
    const double x = column;
    const double across = keep_near(warp.a * x - warp.b * y + warp.dx, width);
    const double down = keep_near(warp.b * x + warp.a * y + warp.dy, height);
    // Positive numbers are rounded down by the conversion.
    const int32_t left = static_cast<int32_t>(across + 1) - 1;
    const int32_t top = static_cast<int32_t>(down + 1) - 1;
    places.left[column] = left;
    places.top[column] = top;
    places.right_share[column] = static_cast<float>(across - left);
    places.bottom_share[column] = static_cast<float>(down - top);
  }
}

/// A pixel that may lie outside of the picture, where everything is 0.
[[gnu::noinline]] uint32_t pixel_or_black(const FaceWarp &warp, int32_t x, int32_t y) {
  if (x < 0 || y < 0 || x >= warp.width || y >= warp.height) return 0;
  const size_t before = static_cast<size_t>(y) * static_cast<size_t>(warp.width) + static_cast<size_t>(x);
  return load_pixel(warp.rgb + 3 * before);
}

/// The four neighbours of as many places as a vector has lanes.
struct Neighbours {
  Words top_left;
  Words top_right;
  Words bottom_left;
  Words bottom_right;
};

/// Whether a place has four neighbours.
[[gnu::always_inline]] inline bool inside(const FaceWarp &warp, int32_t left, int32_t top) {
  return left >= 0 && top >= 0 && left < warp.width - 1 && top < warp.height - 1;
}

[[gnu::always_inline]] inline Neighbours read_neighbours(const FaceWarp &warp, const int32_t *left,
                                                         const int32_t *top) {
  const size_t stride = 3 * static_cast<size_t>(warp.width);
  Neighbours read = {};
  // Both coordinates rise or fall along the row, so what holds at both ends holds between them.
  if (inside(warp, left[0], top[0]) && inside(warp, left[lanes - 1], top[lanes - 1])) {
    for (size_t lane = 0; lane < lanes; ++lane) {
      const uint8_t *from = warp.rgb + static_cast<size_t>(top[lane]) * stride + 3 * static_cast<size_t>(left[lane]);
      read.top_left[lane] = load_word(from);
      read.top_right[lane] = load_word(from + 2);
      read.bottom_left[lane] = load_word(from + stride);
      read.bottom_right[lane] = load_word(from + stride + 2);
    }
    // The right pixel lies in the upper three of these bytes: none behind it is read.
    read.top_right >>= 8;
    read.bottom_right >>= 8;
    return read;
  }
  for (size_t lane = 0; lane < lanes; ++lane) {
    const int32_t x = left[lane];
    const int32_t y = top[lane];
    read.top_left[lane] = pixel_or_black(warp, x, y);
    read.top_right[lane] = pixel_or_black(warp, x + 1, y);
    read.bottom_left[lane] = pixel_or_black(warp, x, y + 1);
    read.bottom_right[lane] = pixel_or_black(warp, x + 1, y + 1);
  }
  return read;
}

void warp(const FaceWarp &warp, uint8_t *crop) {
  WarpRow places;
  for (size_t y = 0; y < face_side; ++y) {
    place_row(warp, y, places);
    write_swapped(crop + y * face_side * 3, face_side, [&](size_t x) __attribute__((always_inline)) {
      const Neighbours read = read_neighbours(warp, places.left + x, places.top + x);
      const Floats right = load<Floats>(places.right_share + x);
      const Floats bottom = load<Floats>(places.bottom_share + x);
      const Floats top_left = (1 - right) * (1 - bottom);
      const Floats top_right = right * (1 - bottom);
      const Floats bottom_left = (1 - right) * bottom;
      const Floats bottom_right = right * bottom;
      Words pixels = {};
      for (size_t channel = 0; channel < 3; ++channel) {
        const Floats value = channel_of(read.top_left, channel) * top_left +
                             channel_of(read.top_right, channel) * top_right +
                             channel_of(read.bottom_left, channel) * bottom_left +
                             channel_of(read.bottom_right, channel) * bottom_right + 0.5F;
        const auto rounded = reinterpret_cast<Words>(__builtin_convertvector(value, Integers));
        pixels |= rounded << static_cast<uint32_t>(8 * channel);
      }
      return pixels;
    });
  }
}

}  // namespace
}  // namespace face
