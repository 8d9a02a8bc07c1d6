// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "contender.h"

namespace bench {

/// Which time counts: the one for which this process had a core, whatever else the machine did, or, for work that
/// is shared among threads, the one on the wall.
enum class Clock { processor, wall };

/// Calls that were made one after the other.
struct Timing {
  /// Null, or why a call failed.
  const char *failure = nullptr;
  std::size_t calls = 0;
  /// Of one call, nanoseconds. Short calls are timed many at once, so that looking at the clock costs nothing.
  double best = 0;
  double median = 0;
};

/// Calls again and again until `milliseconds` are over, at least once.
Timing time_calls(Contender &contender, double milliseconds, Clock clock);

}  // namespace bench
