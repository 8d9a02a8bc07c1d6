// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace test {

/// A call with fixed input, valid or not, for tests of what must hold around every call.
struct LibraryCall {
  std::string name;
  /// @return the status, and after success every output.
  std::function<std::vector<double>()> run;
};

/// Calls of all functions of the three libraries that compute, with numbers of every kind in their input: not finite,
/// huge, subnormal, signed zeros.
std::vector<LibraryCall> library_calls();

}  // namespace test
