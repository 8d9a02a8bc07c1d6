// SPDX-License-Identifier: Apache-2.0
#include "flip_merge.h"

#include "memory_block.h"
#include "unit_sum.h"
#include "vectors/unit_row.h"

namespace face {
namespace {

/// @param units room for both unit vectors, one after the other.
Status merge_face(const float *view, const float *mirrored, std::size_t dimension, bool concatenate, double *units,
                  float *merged) noexcept {
  Status status = write_unit_row(view, dimension, units);
  if (status != Status::ok) return status;
  status = write_unit_row(mirrored, dimension, units + dimension);
  if (status != Status::ok) return status;
  // Two unit vectors in a row have length sqrt(2), which the common division takes out.
  if (concatenate) return write_unit_sum(units, 2 * dimension, 2, merged);
  for (std::size_t i = 0; i < dimension; ++i) units[i] += units[dimension + i];
  return write_unit_sum(units, dimension, 2, merged);
}

}  // namespace

Status merge_views(const FlipTask &task, float *merged, std::int32_t *failed_row) noexcept {
  MemoryBlock<double> units;
  if (!units.allocate(2 * task.dimension)) return Status::out_of_memory;
  const std::size_t merged_dimension = task.concatenate ? 2 * task.dimension : task.dimension;
  for (std::size_t face = 0; face < task.count; ++face) {
    const Status status =
        merge_face(task.views + face * task.dimension, task.mirrored + face * task.dimension, task.dimension,
                   task.concatenate, units.data(), merged + face * merged_dimension);
    if (status == Status::ok) continue;
    if (failed_row != nullptr) *failed_row = static_cast<std::int32_t>(face);
    return status;
  }
  return Status::ok;
}

}  // namespace face
