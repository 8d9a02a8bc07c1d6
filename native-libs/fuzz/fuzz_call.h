// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fenv.h>

#include <cerrno>

#include "fuzz_input.h"

namespace fuzz {

/// Makes a call in some floating point environment, traps included, and requires that errno and the environment
/// stay as they were.
/// @return the status.
template <class Call>
int call_in_any_environment(FuzzInput &input, const Call &call) {
  const int rounding = input.pick({FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO});
  const bool traps = input.flip();
  constexpr int trapped = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;
  fesetround(rounding);
  feclearexcept(FE_ALL_EXCEPT);
  if (traps) feenableexcept(trapped);
  errno = 4711;
  const int status = call();
  const bool untouched = errno == 4711 && fegetround() == rounding && fegetexcept() == (traps ? trapped : 0) &&
                         fetestexcept(FE_ALL_EXCEPT) == 0;
  fesetenv(FE_DFL_ENV);
  REQUIRE(untouched);
  return status;
}

}  // namespace fuzz
