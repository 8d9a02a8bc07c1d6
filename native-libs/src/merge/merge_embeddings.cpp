// SPDX-License-Identifier: Apache-2.0
#include "merge_embeddings.h"

#include <cstddef>
#include <cstdint>

#include "call_guard.h"
#include "compiler_name.h"
#include "flip_merge.h"
#include "memory_regions.h"
#include "merge_settings.h"
#include "template_merge.h"

// The border of the library: everything a caller can get wrong is found here, before any of its memory is read.

namespace face {
namespace {

/// Callers read it after any error, so it must not keep what was there before.
void clear_failed_row(std::int32_t *failed_row) noexcept {
  if (failed_row != nullptr && reinterpret_cast<std::uintptr_t>(failed_row) % alignof(std::int32_t) == 0) {
    *failed_row = -1;
  }
}

template <class T>
Status check_and_merge(const merge_options &options, const void *embeddings, std::size_t count, void *merged,
                       double *weights, std::uint8_t *outliers, std::int32_t *failed_row) noexcept {
  const auto dimension = static_cast<std::size_t>(options.dimension);
  const auto stride = static_cast<std::size_t>(options.row_stride == 0 ? options.dimension : options.row_stride);
  std::size_t bytes = 0;
  if (!matrix_bytes(count, dimension, stride, sizeof(T), &bytes)) return Status::invalid_size;
  const Region regions[] = {
      {embeddings, bytes, sizeof(T), false},
      {merged, dimension * sizeof(T), sizeof(T), true},
      {weights, count * sizeof(double), alignof(double), true},
      {outliers, count, 1, true},
      {failed_row, sizeof(std::int32_t), alignof(std::int32_t), true},
  };
  const Status status = check_regions(regions);
  if (status != Status::ok) return status;
  const MergeTask<T> task = {static_cast<const T *>(embeddings), count, dimension, stride,
                             options.method == MERGE_AGREEMENT};
  return merge_rows(task, MergeOutputs<T>{static_cast<T *>(merged), weights, outliers}, failed_row);
}

Status merge(const merge_options *given, const void *embeddings, std::int32_t num_embeddings, void *merged,
             double *weights, std::uint8_t *outliers, std::int32_t *failed_row) noexcept {
  merge_options options = {};
  const Status status = read_merge_options(given, &options);
  if (status != Status::ok) return status;
  if (embeddings == nullptr || merged == nullptr) return Status::null_pointer;
  if (num_embeddings < 1 || num_embeddings > MERGE_MAX_ROWS) return Status::invalid_size;
  const auto count = static_cast<std::size_t>(num_embeddings);
  return options.element_type == MERGE_FLOAT32
             ? check_and_merge<float>(options, embeddings, count, merged, weights, outliers, failed_row)
             : check_and_merge<double>(options, embeddings, count, merged, weights, outliers, failed_row);
}

Status flip(std::int32_t mode, const float *views, const float *mirrored, std::int32_t num_faces,
            std::int32_t num_elements, float *merged, std::int32_t *failed_row) noexcept {
  if (views == nullptr || mirrored == nullptr || merged == nullptr) return Status::null_pointer;
  if (num_faces < 1 || num_faces > MERGE_MAX_ROWS) return Status::invalid_size;
  if (num_elements < 1 || num_elements > MERGE_MAX_DIMENSION) return Status::invalid_size;
  if (mode != MERGE_FLIP_MEAN && mode != MERGE_FLIP_CONCAT) return Status::invalid_option;
  const auto count = static_cast<std::size_t>(num_faces);
  const auto dimension = static_cast<std::size_t>(num_elements);
  const bool concatenate = mode == MERGE_FLIP_CONCAT;
  std::size_t bytes = 0;
  if (!matrix_bytes(count, dimension, dimension, 2 * sizeof(float), &bytes)) return Status::invalid_size;
  const Region regions[] = {
      {views, bytes / 2, alignof(float), false},
      {mirrored, bytes / 2, alignof(float), false},
      {merged, concatenate ? bytes : bytes / 2, alignof(float), true},
      {failed_row, sizeof(std::int32_t), alignof(std::int32_t), true},
  };
  const Status status = check_regions(regions);
  if (status != Status::ok) return status;
  return merge_views({views, mirrored, count, dimension, concatenate}, merged, failed_row);
}

}  // namespace
}  // namespace face

extern "C" {

uint32_t merge_abi_version(void) { return MERGE_ABI_VERSION; }

const char *merge_build_info(void) { return "merge_embeddings " FACE_VERSION "; " FACE_COMPILER_NAME; }

const char *merge_status_text(int status) {
  switch (status) {
    case MERGE_OK: return "success";
    case MERGE_NULL_POINTER: return "a pointer that is not optional is null";
    case MERGE_INVALID_SIZE: return "number of rows, dimension or row stride is out of range";
    case MERGE_INVALID_OPTION: return "an option is out of range";
    case MERGE_MISALIGNED: return "a pointer is not aligned to the size of its elements";
    case MERGE_OVERLAP: return "an output shares memory with an input or with another output";
    case MERGE_NON_FINITE: return "an embedding holds a number that is not finite";
    case MERGE_ZERO_VECTOR: return "an embedding is all zeros, so it has no direction";
    case MERGE_OUT_OF_MEMORY: return "not enough working memory";
    case MERGE_UNSUPPORTED_OPTIONS: return "the options struct is of a version this library does not know";
    case MERGE_ZERO_SUM: return "the embeddings cancel out, so their sum has no direction";
    case MERGE_DUPLICATE_ID: return "the template has a member with this id already";
    case MERGE_UNKNOWN_ID: return "the template has no member with this id";
    case MERGE_TEMPLATE_FULL: return "the template has no room for so many members";
    case MERGE_EMPTY_TEMPLATE: return "the template has no members";
    case MERGE_INVALID_TEMPLATE: return "the memory holds no template, a damaged one, or only a part of it";
    default: return "unknown status";
  }
}

int merge_options_init(merge_options *options, size_t struct_size) {
  return static_cast<int>(face::write_merge_defaults(options, struct_size));
}

int merge_embeddings(const merge_options *options, const void *embeddings, int32_t num_embeddings, void *merged,
                     double *weights, uint8_t *outliers, int32_t *failed_row) {
  const face::CallGuard guard;
  face::clear_failed_row(failed_row);
  return static_cast<int>(
      face::merge(options, embeddings, num_embeddings, merged, weights, outliers, failed_row));
}

int merge_flip(int32_t mode, const float *views, const float *mirrored, int32_t num_faces, int32_t dimension,
               float *merged, int32_t *failed_row) {
  const face::CallGuard guard;
  face::clear_failed_row(failed_row);
  return static_cast<int>(face::flip(mode, views, mirrored, num_faces, dimension, merged, failed_row));
}

}  // extern "C"
