// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>

namespace face {

/// Puts errno back at the end of a call: malloc and libm set it, and the interface promises to leave it alone.
class ErrnoGuard {
 public:
  ErrnoGuard() noexcept : saved_(errno) {}
  ~ErrnoGuard() { errno = saved_; }
  ErrnoGuard(const ErrnoGuard &) = delete;
  ErrnoGuard &operator=(const ErrnoGuard &) = delete;

 private:
  int saved_;
};

}  // namespace face
