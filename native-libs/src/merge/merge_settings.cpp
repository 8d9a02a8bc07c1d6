// SPDX-License-Identifier: Apache-2.0
#include "merge_settings.h"

#include "sized_options.h"

namespace face {
namespace {

static_assert(static_cast<int>(Status::null_pointer) == MERGE_NULL_POINTER &&
                  static_cast<int>(Status::unsupported_options) == MERGE_UNSUPPORTED_OPTIONS &&
                  static_cast<int>(Status::zero_sum) == MERGE_ZERO_SUM &&
                  static_cast<int>(Status::duplicate_id) == MERGE_DUPLICATE_ID &&
                  static_cast<int>(Status::invalid_template) == MERGE_INVALID_TEMPLATE,
              "status numbers are part of the interface");

/// Size of merge_options when it was first released.
constexpr std::size_t first_options_size = 24;
static_assert(sizeof(merge_options) == first_options_size, "padding would differ between compilers");

merge_options default_options() noexcept {
  merge_options options = {};
  options.struct_size = sizeof options;
  options.element_type = MERGE_FLOAT32;
  options.method = MERGE_AGREEMENT;
  return options;
}

}  // namespace

Status read_merge_options(const merge_options *given, merge_options *options) noexcept {
  *options = default_options();
  const Status status = read_options(given, first_options_size, options);
  if (status != Status::ok) return status;
  if (options->dimension < 1 || options->dimension > MERGE_MAX_DIMENSION) return Status::invalid_size;
  if (options->row_stride != 0 && options->row_stride < options->dimension) return Status::invalid_size;
  if (options->method != MERGE_MEAN && options->method != MERGE_AGREEMENT) return Status::invalid_option;
  if (options->element_type != MERGE_FLOAT32 && options->element_type != MERGE_FLOAT64) return Status::invalid_option;
  return Status::ok;
}

Status write_merge_defaults(merge_options *options, std::size_t struct_size) noexcept {
  return write_defaults(default_options(), struct_size, first_options_size, options);
}

}  // namespace face
