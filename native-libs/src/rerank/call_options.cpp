// SPDX-License-Identifier: Apache-2.0
#include "call_options.h"

#include <cmath>

namespace face {
namespace {

constexpr double default_n_cal = 1000;

bool finite_and_positive(double value) noexcept { return std::isfinite(value) && value > 0; }

}  // namespace

rerank_options default_options() noexcept {
  rerank_options options = {};
  options.struct_size = sizeof options;
  options.element_type = RERANK_FLOAT32;
  options.mode = RERANK_MODE_MAX;
  options.threshold = 0.5;
  options.alpha = 30;
  options.tau = 0.42;
  options.n_cal = default_n_cal;
  options.voting = 1;
  return options;
}

bool calibration_usable(double alpha, double tau) noexcept {
  return finite_and_positive(alpha) && alpha <= 1e6 && tau >= -1 && tau <= 1;
}

Status check_options(const rerank_options &options) noexcept {
  if (options.dimension < 1 || options.dimension > RERANK_MAX_DIMENSION) return Status::invalid_size;
  if (options.row_stride != 0 && options.row_stride < options.dimension) return Status::invalid_size;
  const bool usable =
      (options.element_type == RERANK_FLOAT32 || options.element_type == RERANK_FLOAT64) &&
      options.mode >= RERANK_MODE_MAX && options.mode <= RERANK_MODE_COSINE &&
      (options.voting == 0 || options.voting == 1) && options.reserved == 0 && std::isfinite(options.threshold) &&
      calibration_usable(options.alpha, options.tau) && finite_and_positive(options.n_cal) &&
      (options.gallery_size == 0 || finite_and_positive(options.gallery_size));
  return usable ? Status::ok : Status::invalid_option;
}

VoteUse vote_use(const rerank_options &options) noexcept {
  if (options.voting == 0 || options.mode == RERANK_MODE_COSINE) return VoteUse::none;
  return options.mode == RERANK_MODE_REPLACE ? VoteUse::instead : VoteUse::larger;
}

std::size_t row_stride(const rerank_options &options) noexcept {
  return static_cast<std::size_t>(options.row_stride == 0 ? options.dimension : options.row_stride);
}

Calibration calibration_of(const rerank_options &options) noexcept {
  const double shift = options.gallery_size == 0 ? 0 : std::log(options.gallery_size) - std::log(options.n_cal);
  return {options.alpha, options.tau, shift};
}

}  // namespace face
