// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace face {

/// Hands out pieces of one block of working memory, each on a cache line boundary and uninitialised. Without a block
/// it only adds up what would be needed: the same code thus measures a workspace and carves it.
class Arena {
 public:
  static constexpr std::size_t alignment = 64;

  /// Only measures.
  Arena() noexcept = default;
  /// @param memory aligned to `alignment`, as large as an arena without memory has measured.
  explicit Arena(void *memory) noexcept : memory_(static_cast<unsigned char *>(memory)) {}

  /// Room for `count` elements; null while measuring.
  template <class T>
  [[nodiscard]] T *take(std::size_t count) noexcept {
    static_assert(std::is_trivial<T>::value, "elements are neither constructed nor destroyed");
    const std::size_t start = bytes_;
    std::size_t size = 0;
    overflow_ = overflow_ || __builtin_mul_overflow(count, sizeof(T), &size) ||
                __builtin_add_overflow(size, alignment - 1, &size) ||
                __builtin_add_overflow(bytes_, size / alignment * alignment, &bytes_);
    return memory_ == nullptr ? nullptr : reinterpret_cast<T *>(memory_ + start);
  }

  /// Bytes taken so far; the largest possible number when they are more than there is.
  [[nodiscard]] std::size_t bytes() const noexcept { return overflow_ ? SIZE_MAX : bytes_; }

 private:
  unsigned char *memory_ = nullptr;
  std::size_t bytes_ = 0;
  bool overflow_ = false;
};

}  // namespace face
