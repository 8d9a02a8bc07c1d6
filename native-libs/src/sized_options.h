// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "status.h"

namespace face {

/// Copies an options struct of a caller that may be older or newer than this library: members that an older caller
/// does not know keep their defaults, members that this library does not know must be zero.
template <class Options>
[[nodiscard]] Status read_options(const Options *given, std::size_t smallest_size, Options *options) noexcept {
  if (given == nullptr) return Status::null_pointer;
  if (reinterpret_cast<std::uintptr_t>(given) % alignof(Options) != 0) return Status::misaligned;
  const std::size_t size = given->struct_size;
  if (size < smallest_size || size > 4096) return Status::unsupported_options;
  const auto *bytes = reinterpret_cast<const unsigned char *>(given);
  for (std::size_t i = sizeof(Options); i < size; ++i) {
    if (bytes[i] != 0) return Status::unsupported_options;
  }
  std::memcpy(options, given, size < sizeof(Options) ? size : sizeof(Options));
  return Status::ok;
}

/// Writes the defaults, cut to what the caller has room for.
template <class Options>
[[nodiscard]] Status write_defaults(Options defaults, std::size_t struct_size, std::size_t smallest_size,
                                    Options *options) noexcept {
  if (options == nullptr) return Status::null_pointer;
  if (reinterpret_cast<std::uintptr_t>(options) % alignof(Options) != 0) return Status::misaligned;
  if (struct_size < smallest_size || struct_size > 4096) return Status::unsupported_options;
  std::memset(options, 0, struct_size);
  defaults.struct_size = static_cast<std::uint32_t>(struct_size);
  std::memcpy(options, &defaults, struct_size < sizeof(Options) ? struct_size : sizeof(Options));
  return Status::ok;
}

}  // namespace face
