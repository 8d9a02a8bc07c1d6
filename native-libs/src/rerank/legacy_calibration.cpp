// SPDX-License-Identifier: Apache-2.0
#include "legacy_calibration.h"

#include <atomic>
#include <cstdint>

namespace face {
namespace {

// A sequence lock: readers never wait for each other and never see alpha of one setting with tau of another. The
// sequence is odd while somebody writes.
std::atomic<std::uint32_t> sequence{0};
std::atomic<double> current_alpha{30};
std::atomic<double> current_tau{0.42};

static_assert(std::atomic<double>::is_always_lock_free, "reading must not need a lock");

}  // namespace

LegacyCalibration legacy_calibration() noexcept {
  for (;;) {
    const std::uint32_t before = sequence.load();
    const LegacyCalibration calibration = {current_alpha.load(), current_tau.load()};
    if (before % 2 == 0 && sequence.load() == before) return calibration;
  }
}

void set_legacy_calibration(const LegacyCalibration &calibration) noexcept {
  std::uint32_t even = sequence.load() & ~std::uint32_t{1};
  while (!sequence.compare_exchange_weak(even, even + 1)) even &= ~std::uint32_t{1};
  current_alpha.store(calibration.alpha);
  current_tau.store(calibration.tau);
  sequence.store(even + 2);
}

}  // namespace face
