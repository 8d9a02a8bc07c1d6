// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "fuzz_input.h"

namespace fuzz {

/// G. Steele, D. Lea, C. Flood: Fast splittable pseudorandom number generators (2014).
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
  }
  /// -1..1.
  double number() { return static_cast<double>(static_cast<std::int64_t>(bits())) * 0x1p-63; }

 private:
  std::uint64_t state_;
};

/// Fills a row the way the input says: like a photo of one of four persons, or one of the shapes that bounds and
/// roundings stumble over.
/// @param previous another row to be like; may be the row itself.
template <class T>
void fill_row(FuzzInput &input, const T *previous, T *row, std::size_t dimension) {
  const std::uint8_t kind = input.byte();
  SplitMix random(kind * 256u + input.byte());
  SplitMix person(kind % 4u);
  const T factor = static_cast<T>(std::pow(10.0, input.pick({0, -3, 7, -20, 19, -37, 37})));
  for (std::size_t i = 0; i < dimension; ++i) {
    const T some = static_cast<T>(random.number());
    const T sign = i % 2 == 0 ? T{1} : T{-1};
    switch (kind / 16) {
      default:
        row[i] =
            (static_cast<T>(person.number()) + static_cast<T>(kind % 7) * static_cast<T>(0.2) * some) * factor;
        break;
      case 5: row[i] = previous[i]; break;
      case 6: row[i] = -previous[i]; break;
      // Within some 1e-9 of the same direction.
      case 7: row[i] = previous[i] + previous[i] * some * static_cast<T>(1e-9); break;
      case 8: row[i] = factor; break;
      case 9: row[i] = i == kind % dimension ? sign * factor : T{0}; break;
      case 10: row[i] = sign * factor; break;
      case 11: row[i] = i == kind % dimension ? factor : factor * static_cast<T>(4e-3) * some; break;
      case 12: row[i] = T{0}; break;
      case 13: row[i] = std::numeric_limits<T>::denorm_min() * static_cast<T>(random.bits() % 1000); break;
      case 14: row[i] = sign * factor * (T{1} + some * static_cast<T>(1e-4)); break;
    }
  }
  if (kind >= 240) {
    for (std::size_t i = 0; i < 1 + kind % 3u; ++i)
      row[input.below(static_cast<std::uint32_t>(dimension))] = special_value<T>(input);
  }
}

/// Whether a row has a direction.
template <class T>
bool usable(const T *row, std::size_t dimension) {
  bool zero = true;
  for (std::size_t i = 0; i < dimension; ++i) {
    if (!std::isfinite(row[i])) return false;
    zero = zero && row[i] == T{0};
  }
  return !zero;
}

}  // namespace fuzz
