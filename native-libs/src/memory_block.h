// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <type_traits>

namespace face {

/// Uninitialised working memory on a cache line boundary. Reports a failed allocation instead of throwing, since
/// no exception may cross the interface. Pages that are never touched cost nothing.
template <class T>
class MemoryBlock {
  static_assert(std::is_trivial<T>::value, "elements are neither constructed nor destroyed");

 public:
  MemoryBlock() noexcept = default;
  ~MemoryBlock() { std::free(data_); }
  MemoryBlock(const MemoryBlock &) = delete;
  MemoryBlock &operator=(const MemoryBlock &) = delete;

  /// Room for `count` elements; false when it cannot be had. Frees what was there before.
  [[nodiscard]] bool allocate(std::size_t count) noexcept {
    std::free(data_);
    data_ = nullptr;
    std::size_t bytes = 0;
    if (__builtin_mul_overflow(count, sizeof(T), &bytes)) return false;
    // aligned_alloc wants a multiple of the alignment.
    if (__builtin_add_overflow(bytes, alignment, &bytes)) return false;
    data_ = static_cast<T *>(std::aligned_alloc(alignment, bytes / alignment * alignment));
    return data_ != nullptr;
  }

  [[nodiscard]] T *data() noexcept { return data_; }
  [[nodiscard]] const T *data() const noexcept { return data_; }
  [[nodiscard]] T &operator[](std::size_t index) noexcept { return data_[index]; }
  [[nodiscard]] const T &operator[](std::size_t index) const noexcept { return data_[index]; }

 private:
  static constexpr std::size_t alignment = 64;
  T *data_ = nullptr;
};

}  // namespace face
