// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace face {

/// alpha and tau of the original call, which has no parameter for them.
struct LegacyCalibration {
  double alpha;
  double tau;
};

/// The general values 30 and .42 until somebody sets others.
LegacyCalibration legacy_calibration() noexcept;
void set_legacy_calibration(const LegacyCalibration &calibration) noexcept;

}  // namespace face
