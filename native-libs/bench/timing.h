// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "contender.h"

namespace bench {

/// Calls that were made one after the other.
struct Timing {
  /// Null, or why a call failed.
  const char *failure = nullptr;
  std::size_t calls = 0;
  /// Of one call, nanoseconds.
  double best = 0;
  double median = 0;
};

/// Calls again and again until `milliseconds` are over, at least once.
Timing time_calls(Contender &contender, double milliseconds);

}  // namespace bench
