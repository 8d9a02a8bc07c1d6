// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>

namespace fuzz {

/// Ends the program, which the fuzzer takes as a finding, unless a property holds.
inline void require(bool holds, const char *text, const char *file, int line) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: %s\n", file, line, text);
  std::abort();
}

/// The bytes that decide what a call looks like. Where they end zeros follow, and a zero always stands for the
/// plain choice: short inputs are ordinary calls, and each further byte can make one more thing odd.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t *data, std::size_t size) : next_(data), end_(data + size) {}

  std::uint8_t byte() { return next_ == end_ ? std::uint8_t{0} : *next_++; }
  /// 0..limit - 1.
  std::uint32_t below(std::uint32_t limit) {
    const std::uint32_t number = limit <= 256 ? byte() : static_cast<std::uint32_t>(byte() << 8 | byte());
    return number % limit;
  }
  bool flip() { return byte() % 2 == 1; }
  /// For what makes a call fail: too much of it, and nothing else is tried.
  bool rarely() { return byte() > 246; }

  template <class T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<std::uint32_t>(choices.size()))];
  }
  /// Any bits.
  template <class T>
  T raw() {
    std::uint8_t bytes[sizeof(T)];
    for (std::uint8_t &each : bytes) each = byte();
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }

 private:
  const std::uint8_t *next_;
  const std::uint8_t *end_;
};

/// Numbers that arithmetic stumbles over.
template <class T>
T special_value(FuzzInput &input) {
  using Limits = std::numeric_limits<T>;
  return input.pick<T>({Limits::quiet_NaN(), Limits::signaling_NaN(), Limits::infinity(), -Limits::infinity(),
                        Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min(),
                        -Limits::denorm_min(), T{0}, -T{0}, static_cast<T>(1e38), static_cast<T>(-1e38),
                        static_cast<T>(1e-38), Limits::epsilon(), input.raw<T>()});
}

}  // namespace fuzz

#define REQUIRE(condition) fuzz::require((condition), #condition, __FILE__, __LINE__)
