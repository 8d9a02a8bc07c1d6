// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>

// Just enough of a test framework to need none: a failed check is printed and counted, the program goes on, and
// its exit status tells ctest.

namespace test {

inline int &failures() {
  static int count = 0;
  return count;
}

inline void expect(bool holds, const char *text, const char *file, int line) {
  if (holds) return;
  ++failures();
  std::printf("%s:%d: %s\n", file, line, text);
}

inline void expect_near(double got, double wanted, double tolerance, const char *text, const char *file, int line) {
  const double distance = got > wanted ? got - wanted : wanted - got;
  if (distance <= tolerance) return;
  ++failures();
  std::printf("%s:%d: %s: got %.17g, wanted %.17g\n", file, line, text, got, wanted);
}

/// Runs a group of checks under a name.
template <class Group>
void group(const char *name, const Group &run) {
  const int before = failures();
  run();
  std::printf("%s %s\n", failures() == before ? "ok    " : "FAILED", name);
}

inline int finish() { return failures() == 0 ? 0 : 1; }

}  // namespace test

#define EXPECT(condition) test::expect((condition), #condition, __FILE__, __LINE__)
#define EXPECT_NEAR(got, wanted, tolerance) \
  test::expect_near((got), (wanted), (tolerance), #got " near " #wanted, __FILE__, __LINE__)
