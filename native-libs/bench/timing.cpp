// SPDX-License-Identifier: Apache-2.0
#include "timing.h"

#include <algorithm>
#include <chrono>

namespace bench {

Timing time_calls(Contender &contender, double milliseconds) {
  using Clock = std::chrono::steady_clock;
  using Nanoseconds = std::chrono::duration<double, std::nano>;
  Timing timing;
  std::vector<double> times;
  const Clock::time_point start = Clock::now();
  Clock::time_point last = start;
  do {
    timing.failure = contender.call();
    if (timing.failure != nullptr) return timing;
    const Clock::time_point now = Clock::now();
    times.push_back(Nanoseconds(now - last).count());
    last = now;
  } while (Nanoseconds(last - start).count() < milliseconds * 1e6);
  std::sort(times.begin(), times.end());
  timing.calls = times.size();
  timing.best = times.front();
  timing.median = times[times.size() / 2];
  return timing;
}

}  // namespace bench
