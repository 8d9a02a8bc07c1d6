// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace face {

[[nodiscard]] constexpr std::size_t round_up(std::size_t value, std::size_t multiple) noexcept {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace face
