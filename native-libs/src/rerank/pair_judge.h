// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "candidate_rows.h"
#include "kernels.h"
#include "pair_weight.h"
#include "unit_rows.h"

namespace face {

/**
 * Decides the weight of a pair by its single precision product.
 *
 * The product is off by at most a known error. Under lo by more than that the weight is 0; far enough above lo for
 * the weight to be at least trusted_weight the product itself is the cosine. In between, where it would decide about
 * having a vote at all, and for every pair of a steep calibration, the cosine is computed in double precision.
 *
 * What that costs: a cosine rounded to single precision is off by some 3e-8 (half a unit in its last place), so a
 * weight by alpha / 5 of that, a vote t_j by at most as much, and a score by alpha / 4 of that: alpha^2 / 20 * 3e-8,
 * which is 1.5e-6 for the steepest calibration so treated if everything adds up, and was at most 6e-7 in six thousand
 * random searches. Rows of equal magnitudes, whose roundings go one way, reach some 4e-6.
 */
template <class T>
class PairJudge {
 public:
  PairJudge(const Loops &loops, const CandidateRows<T> &rows, const UnitRows &units, const std::int32_t *subjects,
            const PairWeight &weight) noexcept
      : loops_(loops), rows_(rows), units_(units), subjects_(subjects), weight_(weight) {
    const double error = units.product_error();
    certainly_none_ = static_cast<float>(weight.lowest - error);
    certainly_full_ = static_cast<float>(std::min(weight.lowest + 1 / weight.slope, 8.0) + error);
    const double trusted = weight.lowest + std::max(error, trusted_weight / weight.slope);
    const bool trusting = weight.slope <= steepest_trusted_slope &&
                          units.padded_dimension() / gram_lanes <= longest_trusted_sum;
    trusted_ = trusting ? static_cast<float>(std::min(trusted, 8.0)) : 8.0F;
  }

  [[nodiscard]] bool has_subjects() const noexcept { return subjects_ != nullptr; }
  /// Not negative for a known person.
  [[nodiscard]] std::int32_t subject(std::size_t index) const noexcept {
    return subjects_ == nullptr ? -1 : subjects_[rows_.position(index)];
  }

  /// Up to this product the weight is certainly 0.
  [[nodiscard]] float certainly_none() const noexcept { return certainly_none_; }
  /// Up to this cosine the weight is 0.
  [[nodiscard]] double lowest() const noexcept { return weight_.lowest; }

  /// Whether weigh_trusted() gives the weight for a product of at least this size.
  [[nodiscard]] bool trusts(float product) const noexcept { return product >= trusted_; }
  [[nodiscard]] double weigh_trusted(float product) const noexcept {
    return weight_(static_cast<double>(product));
  }
  /// Of all products of a tile.
  void weigh_trusted_tile(const float *products, double *weights) const noexcept {
    loops_.weigh_tile(products, weight_.lowest, weight_.slope, weights);
  }

  /// Of two candidates of which not both are known.
  [[nodiscard]] double weigh(std::size_t i, std::size_t j, float product) const noexcept {
    if (product < certainly_none_) return 0;
    if (trusts(product)) return weigh_trusted(product);
    if (product > certainly_full_) return 1;
    const double cosine = dot(loops_, rows_.row(i), rows_.row(j), rows_.dimension()) * rows_.inverse_length(i) *
                          rows_.inverse_length(j);
    return weight_(std::min(std::max(cosine, -1.0), 1.0));
  }

  /// Of any two candidates.
  [[nodiscard]] double weigh(std::size_t i, std::size_t j) const noexcept {
    const std::int32_t first = subject(i);
    const std::int32_t second = subject(j);
    if (first >= 0 && second >= 0) return first == second ? 1 : 0;
    return weigh(i, j, product(i, j));
  }

  [[nodiscard]] float product(std::size_t i, std::size_t j) const noexcept {
    return loops_.gram_pair(units_.row(i), units_.row(j), units_.padded_dimension());
  }

 private:
  static constexpr double trusted_weight = 0.05;
  /// alpha / 5 of a calibration with alpha = 32; those of face models are around 25.
  static constexpr double steepest_trusted_slope = 32.0 / 5;
  /// Additions to a partial sum: in longer ones roundings that all go one way come to more than 1e-5 of a score.
  static constexpr std::size_t longest_trusted_sum = 128;

  const Loops &loops_;
  const CandidateRows<T> &rows_;
  const UnitRows &units_;
  const std::int32_t *subjects_;
  PairWeight weight_;
  float certainly_none_;
  float certainly_full_;
  float trusted_;
};

}  // namespace face
