// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "rerank_compute.h"
#include "score_task.h"
#include "status.h"

namespace face {

/// Size of rerank_options when it was first released.
constexpr std::size_t first_options_size = 72;
static_assert(sizeof(void *) != 8 || sizeof(rerank_options) == 96, "padding would differ between compilers");

/// The defaults named in rerank_compute.h.
rerank_options default_options() noexcept;

bool calibration_usable(double alpha, double tau) noexcept;

/// @param options complete, as read_options() gives them.
/// @return ok, invalid_size or invalid_option.
Status check_options(const rerank_options &options) noexcept;

VoteUse vote_use(const rerank_options &options) noexcept;

/// Elements from one candidate to the next, of checked options.
std::size_t row_stride(const rerank_options &options) noexcept;

/// alpha, tau and ln(N / n_cal), of checked options.
Calibration calibration_of(const rerank_options &options) noexcept;

}  // namespace face
