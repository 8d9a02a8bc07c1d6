// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace test {

/// How many levels of vector instructions this CPU can run.
std::size_t level_count();

/// Makes the libraries, as they are linked into a test with forced_level.cpp, use one of them from now on, and prints
/// its name.
void force_level(std::size_t level);

/// Runs `check()` on each level.
template <class Check>
void on_every_level(const Check &check) {
  for (std::size_t level = 0; level < level_count(); ++level) {
    force_level(level);
    check();
  }
}

}  // namespace test
