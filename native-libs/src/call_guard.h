// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cfenv>

namespace face {

/// Stands at the top of every call that computes. Gives it the floating point environment that its arithmetic is
/// written for (round to nearest, subnormal numbers, no traps), so that a result does not depend on the caller's, and
/// at the end puts the caller's back, status flags included. So with errno, which malloc and libm set. Threads that
/// are started meanwhile inherit the environment of the call.
class CallGuard {
 public:
  CallGuard() noexcept : error_number_(errno) {
    std::fegetenv(&environment_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~CallGuard() {
    std::fesetenv(&environment_);
    errno = error_number_;
  }
  CallGuard(const CallGuard &) = delete;
  CallGuard &operator=(const CallGuard &) = delete;

 private:
  int error_number_;
  std::fenv_t environment_;
};

}  // namespace face
