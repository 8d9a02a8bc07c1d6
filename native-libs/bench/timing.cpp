// SPDX-License-Identifier: Apache-2.0
#include "timing.h"

#include <time.h>

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

/// What is timed at once lasts at least about as long: the time for which a process had a core is off by some
/// microseconds where the machine is a virtual one.
constexpr double shortest_batch = 2e6;

double nanoseconds(Clock clock) {
  timespec now = {};
  clock_gettime(clock == Clock::wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

Timing time_calls(Contender &contender, double milliseconds, Clock clock) {
  Timing timing;
  std::vector<double> times;
  const double end = nanoseconds(Clock::wall) + milliseconds * 1e6;
  std::size_t batch = 1;
  do {
    const double start = nanoseconds(clock);
    for (std::size_t call = 0; call < batch; ++call) {
      timing.failure = contender.call();
      if (timing.failure != nullptr) return timing;
    }
    const double each = (nanoseconds(clock) - start) / static_cast<double>(batch);
    times.push_back(each);
    timing.calls += batch;
    // By the first call, which is a slow one.
    if (times.size() == 1) batch = static_cast<std::size_t>(std::ceil(shortest_batch / std::max(each, 100.0)));
  } while (nanoseconds(Clock::wall) < end);
  std::sort(times.begin(), times.end());
  timing.best = times.front();
  timing.median = times[times.size() / 2];
  return timing;
}

}  // namespace bench
