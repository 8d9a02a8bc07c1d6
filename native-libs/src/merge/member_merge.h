// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "exact_sum.h"
#include "memory_block.h"
#include "status.h"
#include "unit_sum.h"
#include "vectors/unit_row.h"

namespace face {

/// A member with less than this share of the median weight is an outlier: it agrees with the others hardly better
/// than a stranger does, while photos of one person under bad light still reach two thirds.
constexpr double outlier_share = 0.5;

/// From here on members can outvote each other.
constexpr std::size_t smallest_majority = 3;

/// A mean cosine that is not larger may be 0: the dot products of 4096 elements round by up to 1e-13.
constexpr double smallest_weight = 1e-12;

/// Where the results go; `weights` and `outliers` may be null.
template <class T>
struct MergeOutputs {
  T *merged;
  double *weights;
  std::uint8_t *outliers;
};

/// Merges unit rows whose exact sum is known. The result does not depend on the order of the members: what is summed
/// over members is summed exactly, or in the order of its size.
/// @tparam Rows has `const double *operator()(std::size_t row)`: multiples of 2^-70, valid until the next call.
template <class Rows, class T>
class MemberMerge {
 public:
  MemberMerge(Rows &rows, std::size_t count, std::size_t dimension, const MergeOutputs<T> &outputs) noexcept
      : rows_(rows), count_(count), dimension_(dimension), outputs_(outputs) {}

  /// @param high with low, the sum of all rows.
  /// @return ok, zero_sum or out_of_memory.
  [[nodiscard]] Status run(const double *high, const double *low, bool by_agreement) noexcept {
    if (!values_.allocate(dimension_)) return Status::out_of_memory;
    write_sum(high, low, dimension_, values_.data());
    if (by_agreement && count_ >= smallest_majority) return merge_by_agreement();
    const Status status = write_merged(static_cast<double>(count_));
    if (status == Status::ok) write_members([](std::size_t) { return 1.0; }, 0);
    return status;
  }

 private:
  [[nodiscard]] Status merge_by_agreement() noexcept {
    if (!weights_.allocate(count_) || !sorted_.allocate(count_)) return Status::out_of_memory;
    for (std::size_t row = 0; row < count_; ++row) weights_[row] = sorted_[row] = agreement(rows_(row));
    std::sort(sorted_.data(), sorted_.data() + count_);
    const double largest = sorted_[count_ - 1];
    double limit = 0;
    Status status = Status::ok;
    if (largest == 0) {
      // Nobody agrees with anybody: the plain sum is already there.
      status = write_merged(static_cast<double>(count_));
    } else {
      limit = outlier_share * median();
      status = merge_weighted(largest);
    }
    if (status == Status::ok) write_members([this](std::size_t row) { return weights_[row]; }, limit);
    return status;
  }

  /// Mean cosine to the other members, if positive: the cosines of one member to all others add up to its product
  /// with the sum of all, less the one with itself.
  [[nodiscard]] double agreement(const double *row) const noexcept {
    const double all = dot_product(row, values_.data(), dimension_);
    const double itself = dot_product(row, row, dimension_);
    const double mean = (all - itself) / static_cast<double>(count_ - 1);
    return mean > smallest_weight ? std::min(mean, 1.0) : 0.0;
  }

  [[nodiscard]] double median() const noexcept {
    const std::size_t middle = count_ / 2;
    return count_ % 2 == 1 ? sorted_[middle] : (sorted_[middle - 1] + sorted_[middle]) / 2;
  }

  [[nodiscard]] Status merge_weighted(double largest) noexcept {
    MemoryBlock<double> parts;
    if (!parts.allocate(2 * dimension_)) return Status::out_of_memory;
    const ExactSum weighted = {parts.data(), parts.data() + dimension_};
    clear_sum(weighted, dimension_);
    // A power of two changes no digit, and products with small weights then keep theirs.
    const double scale = std::scalbn(1.0, -1 - std::ilogb(largest));
    for (std::size_t row = 0; row < count_; ++row) {
      if (weights_[row] > 0) add_weighted_row(weighted, rows_(row), weights_[row] * scale, dimension_);
    }
    double total = 0;
    for (std::size_t row = 0; row < count_; ++row) total += sorted_[row] * scale;
    write_sum(weighted.high, weighted.low, dimension_, values_.data());
    return write_merged(total);
  }

  [[nodiscard]] Status write_merged(double total_weight) noexcept {
    return write_unit_sum(values_.data(), dimension_, total_weight, outputs_.merged);
  }

  /// @param limit members with less weight are outliers, and so are those with none.
  template <class Weight>
  void write_members(const Weight &weight_of, double limit) noexcept {
    for (std::size_t row = 0; row < count_; ++row) {
      const double weight = weight_of(row);
      if (outputs_.weights != nullptr) outputs_.weights[row] = weight;
      if (outputs_.outliers != nullptr) outputs_.outliers[row] = weight == 0 || weight < limit ? 1 : 0;
    }
  }

  Rows &rows_;
  std::size_t count_;
  std::size_t dimension_;
  MergeOutputs<T> outputs_;
  MemoryBlock<double> values_;
  MemoryBlock<double> weights_;
  MemoryBlock<double> sorted_;
};

}  // namespace face
