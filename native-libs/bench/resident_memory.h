// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bench {

/// Most memory that this process ever had resident, bytes; 0 where the system does not tell.
std::size_t peak_resident_bytes();

}  // namespace bench
