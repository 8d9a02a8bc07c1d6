// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fuzz_input.h"
#include "fuzz_rows.h"
#include "rerank_compute.h"

namespace fuzz {

/// Options for a call, most often valid ones.
struct RerankCase {
  rerank_options options;
  bool valid = true;
  std::size_t dimension;
  /// The real numbers of rows and of elements between them; num_candidates is what the call is told.
  std::size_t count;
  std::size_t stride;
  std::int32_t num_candidates;

  explicit RerankCase(FuzzInput &input) {
    REQUIRE(rerank_options_init(&options, sizeof options) == RERANK_OK);
    options.element_type = input.flip() ? RERANK_FLOAT64 : RERANK_FLOAT32;
    const std::uint32_t largest = input.byte() > 230 ? 600 : 70;
    dimension = 1 + input.below(largest);
    count = 1 + input.below(largest == 70 ? 40 : 8);
    stride = dimension + (input.byte() > 200 ? input.below(9) : 0);
    num_candidates = static_cast<std::int32_t>(count);
    options.dimension = static_cast<std::int32_t>(dimension);
    options.row_stride = stride == dimension && input.flip() ? 0 : static_cast<std::int64_t>(stride);
    options.mode = input.pick({RERANK_MODE_MAX, RERANK_MODE_REPLACE, RERANK_MODE_MAX, RERANK_MODE_COSINE});
    options.voting = input.byte() > 230 ? 0 : 1;
    choose_calibration(input);
    if (input.byte() > 235) spoil(input);
  }

  /// Not so steep, and not with votes for what is no more alike than chance, that rounding of a cosine may show.
  bool well_conditioned() const {
    return options.alpha >= 1 && options.alpha <= 64 && options.tau >= 0.1 &&
           (options.gallery_size == 0 || (options.gallery_size >= 1 && options.gallery_size <= 1e9));
  }

 private:
  void choose_calibration(FuzzInput &input) {
    options.alpha = input.pick({30.0, 25.0, 5.0, 64.0, 1.0, 1e6, 1e-6, 5e-324});
    options.tau = input.pick({0.42, 0.1, 0.6, 0.3, 0.0, -1.0, 1.0, -0.0});
    options.threshold = input.pick({0.5, 0.7, 0.95, 0.99, -3.0, 1e308, -1e308, 5e-324});
    options.gallery_size = input.pick({0.0, 1000.0, 1e6, 1.0, 1e9, 1e308, 5e-324, 1e-300});
    if (input.byte() > 230) options.n_cal = input.pick({1.0, 1e308, 5e-324});
  }

  void spoil(FuzzInput &input) {
    constexpr auto least = std::numeric_limits<std::int32_t>::min();
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    valid = false;
    switch (input.below(11)) {
      default: options.dimension = input.pick({0, -1, RERANK_MAX_DIMENSION + 1, least, most}); break;
      case 1: num_candidates = input.pick({0, -1, RERANK_MAX_CANDIDATES + 1, least, most}); break;
      case 2: options.element_type = input.pick({0, 3, -1, most, least}); break;
      case 3: options.mode = input.pick({-1, 3, most, least}); break;
      case 4: options.voting = input.pick({2, -1, most, least}); break;
      case 5: options.reserved = input.pick({1, -1, most, least}); break;
      case 6: options.alpha = input.pick({0.0, -1.0, 1e7, special_not_finite(input)}); break;
      case 7: options.tau = input.pick({1.5, -1.5, 1e300, special_not_finite(input)}); break;
      case 8: options.threshold = special_not_finite(input); break;
      case 9: options.gallery_size = input.pick({-1.0, -5e-324, special_not_finite(input)}); break;
      case 10:
        options.row_stride = input.pick<std::int64_t>({-1, static_cast<std::int64_t>(dimension) - 1, INT64_MIN});
        if (options.row_stride == 0) {
          // That means that there are no gaps.
          stride = dimension;
          valid = true;
        }
        break;
    }
  }
  static double special_not_finite(FuzzInput &input) {
    using Limits = std::numeric_limits<double>;
    return input.pick({Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), Limits::signaling_NaN()});
  }
};

/// Known persons, unknown ones and, rarely, what is neither.
inline void fill_subjects(FuzzInput &input, std::int32_t *subjects, std::size_t count) {
  const std::uint8_t style = input.byte();
  SplitMix random(style);
  for (std::size_t j = 0; j < count; ++j) subjects[j] = static_cast<std::int32_t>(random.bits() % 5) - 1;
  if (style > 240)
    subjects[input.below(static_cast<std::uint32_t>(count))] = -2 - static_cast<std::int32_t>(input.byte());
}

/// What holds for the results of every successful call.
/// @param unusable per candidate.
inline void check_scores(const double *scores, const double *cosines, const std::int32_t *neighbours,
                         const std::vector<bool> &unusable) {
  for (std::size_t j = 0; j < unusable.size(); ++j) {
    REQUIRE(scores[j] >= 0 && scores[j] <= 1);
    if (unusable[j]) REQUIRE(scores[j] == 0);
    if (cosines != nullptr) {
      REQUIRE(cosines[j] >= -1 && cosines[j] <= 1);
      if (unusable[j]) REQUIRE(cosines[j] == 0);
    }
    if (neighbours != nullptr) {
      REQUIRE(neighbours[j] >= 0 && static_cast<std::size_t>(neighbours[j]) < unusable.size());
      if (unusable[j]) REQUIRE(neighbours[j] == 0);
    }
  }
}

}  // namespace fuzz
