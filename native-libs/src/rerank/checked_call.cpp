// SPDX-License-Identifier: Apache-2.0
#include "checked_call.h"

#include "arena.h"
#include "call_options.h"
#include "memory_block.h"
#include "memory_regions.h"
#include "rerank_pool.h"




namespace face {
namespace {

std::size_t element_bytes(const rerank_options &options) noexcept {
  return options.element_type == RERANK_FLOAT32 ? sizeof(float) : sizeof(double);
}

Status check_counts(const rerank_options &options, std::int32_t num_queries, std::int32_t num_candidates) noexcept {
  if (num_candidates < 1 || num_candidates > RERANK_MAX_CANDIDATES) return Status::invalid_size;
  if (num_queries < 1 || num_queries > RERANK_MAX_QUERIES) return Status::invalid_size;
  return check_options(options);
}

ScoreShape shape_of(const rerank_options &options, std::int32_t num_queries, std::int32_t num_candidates) noexcept {
  return {static_cast<std::size_t>(num_candidates), static_cast<std::size_t>(options.dimension),
          static_cast<std::size_t>(num_queries), vote_use(options)};
}

/// @return SIZE_MAX when it is more than there can be.
std::size_t needed_memory(const rerank_options &options, const ScoreShape &shape) noexcept {
  return options.element_type == RERANK_FLOAT32 ? score_memory<float>(best_kernels(), shape)
                                                : score_memory<double>(best_kernels(), shape);
}

Status check_memory(const GivenCall &call, std::size_t query_stride, const ScoreShape &shape,
                    const ScoreOutputs &outputs) noexcept {
  const rerank_options &options = call.options;
  const std::size_t element = element_bytes(options);
  std::size_t query_bytes = 0;
  std::size_t candidate_bytes = 0;
  if (!matrix_bytes(shape.queries, shape.dimension, query_stride, element, &query_bytes) ||
      !matrix_bytes(shape.count, shape.dimension, row_stride(options), element, &candidate_bytes)) {
    return Status::invalid_size;
  }
  // At most 1000 queries and 100000 candidates: no product overflows.
  const std::size_t output_bytes = shape.queries * shape.count * sizeof(double);
  const std::size_t workspace_bytes = options.workspace == nullptr ? 0 : needed_memory(options, shape);
  const Region regions[] = {
      {call.queries, query_bytes, element, false},
      {call.candidates, candidate_bytes, element, false},
      {call.subjects, shape.count * sizeof(std::int32_t), alignof(std::int32_t), false},
      {outputs.scores, output_bytes, alignof(double), true},
      {outputs.cosines, output_bytes, alignof(double), true},
      {outputs.neighbours, shape.count * sizeof(std::int32_t), alignof(std::int32_t), true},
      {outputs.failed_query, sizeof(std::int32_t), alignof(std::int32_t), true},
      {options.workspace, workspace_bytes, Arena::alignment, true},
  };
  const Status status = check_regions(regions);
  if (status != Status::ok) return status;
  if (options.workspace != nullptr && options.workspace_bytes < workspace_bytes) return Status::small_workspace;
  return Status::ok;
}

bool subjects_usable(const std::int32_t *subjects, std::size_t count) noexcept {
  if (subjects == nullptr) return true;
  for (std::size_t i = 0; i < count; ++i) {
    if (subjects[i] < -1) return false;
  }
  return true;
}

template <class T>
Status score(const GivenCall &call, std::size_t query_stride, const ScoreShape &shape, void *memory,
             const ScoreOutputs &outputs) noexcept {
  const rerank_options &options = call.options;
  const ScoreTask<T> task = {shape,
                             static_cast<const T *>(call.queries),
                             query_stride,
                             static_cast<const T *>(call.candidates),
                             row_stride(options),
                             call.subjects,
                             calibration_of(options),
                             options.threshold};
  const PoolLease pool(options.pool);
  return score_candidates(best_kernels(), pool, memory, task, outputs);
}

}  // namespace

Status check_and_score(const GivenCall &call, const ScoreOutputs &outputs) noexcept {
  const rerank_options &options = call.options;
  if (call.queries == nullptr || call.candidates == nullptr || outputs.scores == nullptr) {
    return Status::null_pointer;
  }
  Status status = check_counts(options, call.num_queries, call.num_candidates);
  if (status != Status::ok) return status;
  if (call.query_stride != 0 && call.query_stride < options.dimension) return Status::invalid_size;
  const auto query_stride = static_cast<std::size_t>(call.query_stride == 0 ? options.dimension : call.query_stride);
  const ScoreShape shape = shape_of(options, call.num_queries, call.num_candidates);
  status = check_memory(call, query_stride, shape, outputs);
  if (status != Status::ok) return status;
  if (!subjects_usable(call.subjects, shape.count)) return Status::invalid_option;

  MemoryBlock<unsigned char> own;
  void *memory = options.workspace;
  if (memory == nullptr) {
    const std::size_t bytes = needed_memory(options, shape);
    if (bytes == SIZE_MAX || !own.allocate(bytes)) return Status::out_of_memory;
    memory = own.data();
  }
  return options.element_type == RERANK_FLOAT32 ? score<float>(call, query_stride, shape, memory, outputs)
                                                : score<double>(call, query_stride, shape, memory, outputs);
}

Status workspace_bytes(const rerank_options &options, std::int32_t num_queries, std::int32_t num_candidates,
                       std::uint64_t *bytes) noexcept {
  const Status status = check_counts(options, num_queries, num_candidates);
  if (status != Status::ok) return status;
  *bytes = needed_memory(options, shape_of(options, num_queries, num_candidates));
  return Status::ok;
}

}  // namespace face
