// SPDX-License-Identifier: Apache-2.0
#include "template_merge.h"

#include <algorithm>

#include "memory_block.h"
#include "unit_sum.h"
#include "vectors/unit_row.h"

namespace face {
namespace {

/// A member with less than this share of the median weight is an outlier: it agrees with the others hardly better
/// than a stranger does, while photos of one person under bad light still reach two thirds.
constexpr double outlier_share = 0.5;

/// From here on members can outvote each other.
constexpr std::size_t smallest_majority = 3;

void add_scaled(double *sum, const double *row, double weight, std::size_t dimension) noexcept {
  for (std::size_t i = 0; i < dimension; ++i) sum[i] += weight * row[i];
}

double median(double *values, std::size_t count) noexcept {
  double *const middle = values + count / 2;
  std::nth_element(values, middle, values + count);
  return count % 2 == 1 ? *middle : (*middle + *std::max_element(values, middle)) / 2;
}

template <class T>
class Merge {
 public:
  Merge(const MergeTask<T> &task, const MergeOutputs<T> &outputs) noexcept : task_(task), outputs_(outputs) {}

  [[nodiscard]] Status run() noexcept {
    if (!units_.allocate(task_.count * task_.dimension) || !sum_.allocate(task_.dimension) ||
        !weights_.allocate(task_.count)) {
      return Status::out_of_memory;
    }
    for (std::size_t row = 0; row < task_.count; ++row) {
      const Status status = write_unit_row(task_.rows + row * task_.row_stride, task_.dimension, unit(row));
      if (status == Status::ok) continue;
      if (outputs_.failed_row != nullptr) *outputs_.failed_row = static_cast<std::int32_t>(row);
      return status;
    }
    std::fill_n(weights_.data(), task_.count, 1.0);
    add_members();
    const bool weighted = task_.by_agreement && task_.count >= smallest_majority;
    return weighted ? merge_by_agreement() : finish(static_cast<double>(task_.count), 0);
  }

 private:
  [[nodiscard]] double *unit(std::size_t row) noexcept { return units_.data() + row * task_.dimension; }

  void add_members() noexcept {
    std::fill_n(sum_.data(), task_.dimension, 0.0);
    for (std::size_t row = 0; row < task_.count; ++row) {
      if (weights_[row] > 0) add_scaled(sum_.data(), unit(row), weights_[row], task_.dimension);
    }
  }

  [[nodiscard]] Status merge_by_agreement() noexcept {
    // The cosines of one member to all others add up to its product with the sum of all, less the one with itself.
    const auto others = static_cast<double>(task_.count - 1);
    double total = 0;
    for (std::size_t row = 0; row < task_.count; ++row) {
      const double all = dot_product(unit(row), sum_.data(), task_.dimension);
      const double itself = dot_product(unit(row), unit(row), task_.dimension);
      weights_[row] = std::min(std::max((all - itself) / others, 0.0), 1.0);
      total += weights_[row];
    }
    // Nobody agrees with anybody: the plain sum is already there, and a limit above every weight flags all.
    if (total == 0) return finish(static_cast<double>(task_.count), 1);
    add_members();
    MemoryBlock<double> sorted;
    if (!sorted.allocate(task_.count)) return Status::out_of_memory;
    std::copy_n(weights_.data(), task_.count, sorted.data());
    return finish(total, outlier_share * median(sorted.data(), task_.count));
  }

  /// @param limit members with less weight are outliers; so are those with none, unless it is the plain mean.
  [[nodiscard]] Status finish(double total_weight, double limit) noexcept {
    const Status status = write_unit_sum(sum_.data(), task_.dimension, total_weight, outputs_.merged);
    if (status != Status::ok) return status;
    for (std::size_t row = 0; row < task_.count; ++row) {
      const bool outlier = weights_[row] == 0 || weights_[row] < limit;
      if (outputs_.weights != nullptr) outputs_.weights[row] = weights_[row];
      if (outputs_.outliers != nullptr) outputs_.outliers[row] = outlier ? 1 : 0;
    }
    return Status::ok;
  }

  const MergeTask<T> &task_;
  const MergeOutputs<T> &outputs_;
  MemoryBlock<double> units_;
  MemoryBlock<double> sum_;
  MemoryBlock<double> weights_;
};

}  // namespace

Status merge_members(const MergeTask<float> &task, const MergeOutputs<float> &outputs) noexcept {
  return Merge<float>(task, outputs).run();
}
Status merge_members(const MergeTask<double> &task, const MergeOutputs<double> &outputs) noexcept {
  return Merge<double>(task, outputs).run();
}

}  // namespace face
