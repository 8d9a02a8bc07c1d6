// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "status.h"

namespace face {

/// A piece of the caller's memory that a call reads or writes.
struct Region {
  const void *start;
  std::size_t bytes;
  std::size_t alignment;
  bool written;
};

/// Bytes from the first to the last element of `rows` rows, `stride` elements apart; false when that overflows.
[[nodiscard]] inline bool matrix_bytes(std::size_t rows, std::size_t columns, std::size_t stride,
                                       std::size_t element_bytes, std::size_t *bytes) noexcept {
  std::size_t elements = 0;
  return !__builtin_mul_overflow(rows - 1, stride, &elements) &&
         !__builtin_add_overflow(elements, columns, &elements) &&
         !__builtin_mul_overflow(elements, element_bytes, bytes);
}

/// Regions must be aligned, must not run past the end of the address space, and nothing that is written may share
/// memory with anything else. A null start stands for an optional argument that was left out.
template <std::size_t count>
[[nodiscard]] Status check_regions(const Region (&regions)[count]) noexcept {
  const auto address = [](const Region &region) { return reinterpret_cast<std::uintptr_t>(region.start); };
  for (const Region &region : regions) {
    if (region.start == nullptr) continue;
    if (address(region) % region.alignment != 0) return Status::misaligned;
    // No object is larger, and distances within one could not be told.
    if (region.bytes > PTRDIFF_MAX) return Status::invalid_size;
    std::uintptr_t end = 0;
    if (__builtin_add_overflow(address(region), region.bytes, &end)) return Status::invalid_size;
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      const Region &a = regions[i];
      const Region &b = regions[j];
      if (a.start == nullptr || b.start == nullptr || !(a.written || b.written)) continue;
      if (address(a) < address(b) + b.bytes && address(b) < address(a) + a.bytes) return Status::overlap;
    }
  }
  return Status::ok;
}

}  // namespace face
