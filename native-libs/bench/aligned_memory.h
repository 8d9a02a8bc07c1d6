// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace bench {

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<void, Free>;

/// On a cache line boundary, as the library wants its working memory.
inline Memory aligned_memory(std::size_t bytes) {
  constexpr std::size_t alignment = 64;
  // aligned_alloc wants a multiple of the alignment.
  return Memory(std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment));
}

}  // namespace bench
