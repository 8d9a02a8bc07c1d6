// SPDX-License-Identifier: Apache-2.0
#include "template_merge.h"

#include "exact_sum.h"
#include "memory_block.h"

namespace face {
namespace {

/// Rows of the caller at unit length. Those of a person are kept; more than fit into a cache of the CPU are cheaper
/// to make again each time they are looked at, and could take as much memory as the caller has used already.
template <class T>
class GivenRows {
 public:
  explicit GivenRows(const MergeTask<T> &task) noexcept
      : task_(task), kept_(task.count <= largest_kept / task.dimension) {}

  [[nodiscard]] bool allocate() noexcept { return units_.allocate((kept_ ? task_.count : 1) * task_.dimension); }

  /// Must be called once for each row, before the operator below, which then has nothing to report.
  [[nodiscard]] Status add_to(ExactSum sum, std::size_t row) noexcept {
    return write_and_add_row(given(row), task_.dimension, place_of(row), sum);
  }
  [[nodiscard]] const double *operator()(std::size_t row) noexcept {
    if (!kept_) static_cast<void>(write_summable_row(given(row), task_.dimension, place_of(row)));
    return place_of(row);
  }

 private:
  /// Eight megabytes.
  static constexpr std::size_t largest_kept = std::size_t{1} << 20;

  [[nodiscard]] const T *given(std::size_t row) const noexcept { return task_.rows + row * task_.row_stride; }
  [[nodiscard]] double *place_of(std::size_t row) noexcept {
    return units_.data() + (kept_ ? row * task_.dimension : 0);
  }

  const MergeTask<T> &task_;
  bool kept_;
  MemoryBlock<double> units_;
};

template <class T>
Status merge(const MergeTask<T> &task, const MergeOutputs<T> &outputs, std::int32_t *failed_row) noexcept {
  MemoryBlock<double> parts;
  GivenRows<T> rows(task);
  if (!parts.allocate(2 * task.dimension) || !rows.allocate()) return Status::out_of_memory;
  const ExactSum sum = {parts.data(), parts.data() + task.dimension};
  clear_sum(sum, task.dimension);
  for (std::size_t row = 0; row < task.count; ++row) {
    const Status status = rows.add_to(sum, row);
    if (status == Status::ok) continue;
    if (failed_row != nullptr) *failed_row = static_cast<std::int32_t>(row);
    return status;
  }
  return MemberMerge<GivenRows<T>, T>(rows, task.count, task.dimension, outputs)
      .run(sum.high, sum.low, task.by_agreement);
}

}  // namespace

Status merge_rows(const MergeTask<float> &task, const MergeOutputs<float> &outputs,
                  std::int32_t *failed_row) noexcept {
  return merge(task, outputs, failed_row);
}
Status merge_rows(const MergeTask<double> &task, const MergeOutputs<double> &outputs,
                  std::int32_t *failed_row) noexcept {
  return merge(task, outputs, failed_row);
}

}  // namespace face
