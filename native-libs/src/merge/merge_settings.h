// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "merge_embeddings.h"
#include "status.h"

namespace face {

/// The options of a caller, all of them in their ranges.
/// @return ok, null_pointer, misaligned, unsupported_options, invalid_size or invalid_option.
[[nodiscard]] Status read_merge_options(const merge_options *given, merge_options *options) noexcept;

/// merge_options_init().
[[nodiscard]] Status write_merge_defaults(merge_options *options, std::size_t struct_size) noexcept;

}  // namespace face
