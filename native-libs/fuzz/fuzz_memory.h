// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "fuzz_input.h"

namespace fuzz {

/// Where the arguments of a call lie.
///
/// Either each has a block of the heap of its exact size, so that the address sanitizer sees every byte read or
/// written beyond. Or all lie anywhere in one arena, where they may overlap or be misaligned.
class FuzzMemory {
 public:
  explicit FuzzMemory(FuzzInput &input) : input_(input), shared_(input.byte() > 200) {
    if (shared_) arena_.assign(arena_bytes, 0xa5);
  }

  /// How many bytes an argument may have.
  static constexpr std::size_t arena_bytes = std::size_t{1} << 16;

  /// Room for an argument; null when the input says so.
  template <class T>
  T *place(std::size_t count, bool written) {
    return static_cast<T *>(place_bytes(count * sizeof(T), alignof(T), written));
  }
  void *place_bytes(std::size_t bytes, std::size_t alignment, bool written) {
    Place place = {nullptr, bytes, alignment, written, shared_};
    if (!input_.rarely()) place.start = shared_ ? in_arena(bytes, alignment) : on_heap(bytes, alignment);
    places_.push_back(place);
    return place.start;
  }
  /// Room for options, of which a library makes a copy before it does anything else: they overlap nothing, but may
  /// be null or misaligned.
  template <class T>
  T *place_options(const T &options) {
    Place place = {nullptr, sizeof(T), alignof(T), false, false};
    if (!input_.rarely()) {
      const std::size_t shift = input_.rarely() ? 1 + input_.below(alignof(T) - 1) : 0;
      place.start = on_heap(sizeof(T) + shift, alignof(T)) + shift;
      std::memcpy(place.start, &options, sizeof options);
    }
    places_.push_back(place);
    void *start = place.start;
    return static_cast<T *>(start);
  }

  /// To be called when the inputs are filled in.
  void remember() {
    before_ = arena_;
    for (Place &place : places_) {
      if (place.start != nullptr && !place.in_arena) place.before.assign(place.start, place.start + place.bytes);
    }
  }

  /// Whether the library has to refuse the call for how its arguments lie. Which of them may be null is not known
  /// here.
  bool misplaced() const {
    for (const Place &a : places_) {
      if (a.start == nullptr) continue;
      if (reinterpret_cast<std::uintptr_t>(a.start) % a.alignment != 0) return true;
      for (const Place &b : places_) {
        const bool apart = b.start == nullptr || a.start + a.bytes <= b.start || b.start + b.bytes <= a.start;
        if (&a != &b && !apart && (a.written || b.written)) return true;
      }
    }
    return false;
  }

  /// Nothing changed but outputs.
  void check() {
    for (const Place &place : places_) {
      if (place.start == nullptr) continue;
      if (place.in_arena && place.written) {
        std::copy_n(place.start, place.bytes, before_.begin() + (place.start - arena_.data()));
      }
      if (!place.in_arena && !place.written)
        REQUIRE(std::equal(place.before.begin(), place.before.end(), place.start));
    }
    REQUIRE(arena_ == before_);
  }

 private:
  struct Place {
    std::uint8_t *start;
    std::size_t bytes;
    std::size_t alignment;
    bool written;
    bool in_arena;
    std::vector<std::uint8_t> before = {};
  };
  struct Free {
    void operator()(std::uint8_t *block) const { std::free(block); }
  };

  std::uint8_t *on_heap(std::size_t bytes, std::size_t alignment) {
    void *block = nullptr;
    if (posix_memalign(&block, std::max(alignment, sizeof(void *)), bytes) != 0) std::abort();
    blocks_.emplace_back(static_cast<std::uint8_t *>(block));
    std::fill_n(blocks_.back().get(), bytes, std::uint8_t{0xa5});
    return blocks_.back().get();
  }
  std::uint8_t *in_arena(std::size_t bytes, std::size_t alignment) {
    if (bytes > arena_bytes) return nullptr;
    // One behind the other, but for those that the input puts elsewhere.
    std::size_t offset = (used_ + alignment - 1) / alignment * alignment;
    if (input_.rarely() || offset + bytes > arena_bytes) {
      offset = input_.below(0xffff) % (arena_bytes - bytes + 1) / alignment * alignment;
    }
    if (input_.rarely()) offset = std::min(offset + 1 + input_.below(7), arena_bytes - bytes);
    used_ = offset + bytes;
    return arena_.data() + offset;
  }

  FuzzInput &input_;
  bool shared_;
  std::size_t used_ = 0;
  std::vector<std::uint8_t> arena_;
  std::vector<std::uint8_t> before_;
  std::vector<Place> places_;
  std::vector<std::unique_ptr<std::uint8_t, Free>> blocks_;
};

}  // namespace fuzz
