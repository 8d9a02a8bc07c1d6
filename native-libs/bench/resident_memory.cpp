// SPDX-License-Identifier: Apache-2.0
#include "resident_memory.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace bench {

std::size_t peak_resident_bytes() {
#if defined(__linux__)
  // Not getrusage(): over an exec it keeps the peak of the program that was there before.
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
#else
  rusage usage = {};
  return getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<std::size_t>(usage.ru_maxrss) : 0;
#endif
}

}  // namespace bench
