// SPDX-License-Identifier: Apache-2.0
#include "cpu_level.h"
#include "kernels.h"

namespace face {

KernelChoice runnable_kernels() noexcept {
#if defined(FACE_X86_KERNELS)
  KernelChoice choice = {{{"portable", &portable_loops, nullptr},
                          {"avx2", &avx2_loops, &avx2_screen},
                          {"avx512", &avx512_loops, &avx512_screen},
                          {"avx512vnni", &avx512_loops, &vnni_screen}},
                         runnable_levels()};
  if (choice.count == 3 && has_byte_products()) choice.count = 4;
  return choice;
#elif defined(FACE_ARM_KERNELS)
  // NEON belongs to every 64 bit ARM CPU.
  return {{{"neon", &portable_loops, nullptr}, {"dotprod", &portable_loops, &dotprod_screen}, {}, {}},
          has_byte_products() ? std::size_t{2} : std::size_t{1}};
#else
  return {{{"portable", &portable_loops, nullptr}, {}, {}, {}}, 1};
#endif
}

}  // namespace face
