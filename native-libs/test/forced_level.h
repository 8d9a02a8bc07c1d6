// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdio>

namespace test {

/// How many levels of vector instructions this CPU can run.
std::size_t level_count();

/// Makes the libraries, as they are linked into a test with forced_level.cpp, use one of them from now on.
void force_level(std::size_t level);

/// Of the one in use.
const char *level_name();

/// Runs `check()` on each level.
template <class Check>
void on_every_level_quietly(const Check &check) {
  for (std::size_t level = 0; level < level_count(); ++level) {
    force_level(level);
    check();
  }
}

/// Runs `check()` on each level, and prints its name before.
template <class Check>
void on_every_level(const Check &check) {
  on_every_level_quietly([&] {
    std::printf("level %s\n", level_name());
    check();
  });
}

}  // namespace test
