// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "exact_sum.h"
#include "status.h"

namespace face {

/// Start of a template in the caller's memory. Behind it, without gaps:
///
///     double  high[dimension], low[dimension]    ExactSum of the members
///     int64_t ids[capacity]                      in the order in which they were added
///     double  rows[capacity][dimension]          their unit vectors
///
/// What belongs to no member is zero, so equal members in equal order are equal bytes, whatever was there meanwhile.
struct TemplateHeader {
  /// template_mark: tells a template of this layout and byte order from other memory.
  std::uint64_t mark;
  std::int32_t element_type;
  std::int32_t method;
  std::int32_t dimension;
  std::int32_t capacity;
  std::int32_t count;
  std::int32_t reserved;
};
static_assert(sizeof(TemplateHeader) == 32, "the layout is part of the interface");

/// Capacity and dimension are in their ranges.
[[nodiscard]] std::uint64_t template_bytes(std::int32_t dimension, std::int32_t capacity) noexcept;

/// A template in checked memory. Copies refer to the same one. It never allocates.
class TemplateMemory {
 public:
  /// Makes an empty template. The header's mark and count need not be set.
  /// @param memory template_bytes() of it, aligned to 8.
  static TemplateMemory create(const TemplateHeader &header, void *memory) noexcept;

  /// Finds a template.
  /// @param memory aligned to 8, `bytes` of it can be read.
  /// @return ok or invalid_template.
  static Status open(void *memory, std::uint64_t bytes, TemplateMemory *opened) noexcept;

  [[nodiscard]] const TemplateHeader &header() const noexcept { return *header_; }
  [[nodiscard]] std::size_t count() const noexcept { return static_cast<std::size_t>(header_->count); }
  [[nodiscard]] std::size_t dimension() const noexcept { return static_cast<std::size_t>(header_->dimension); }
  [[nodiscard]] ExactSum sum() const noexcept;
  [[nodiscard]] std::int64_t *ids() const noexcept;
  [[nodiscard]] double *row(std::size_t member) const noexcept;

  /// Position of a member; count() when there is none of this id.
  [[nodiscard]] std::size_t find(std::int64_t id) const noexcept;

  /// Adds a member behind the others. Nothing changes unless ok is returned.
  /// @return ok, duplicate_id, template_full, non_finite or zero_vector.
  template <class T>
  [[nodiscard]] Status add(std::int64_t id, const T *embedding) noexcept;

  /// @return ok or unknown_id.
  [[nodiscard]] Status remove(std::int64_t id) noexcept;

  /// Takes the members over into an empty template with room for them.
  void copy_members_to(TemplateMemory target) const noexcept;

 private:
  [[nodiscard]] std::size_t capacity() const noexcept { return static_cast<std::size_t>(header_->capacity); }

  TemplateHeader *header_ = nullptr;
};

}  // namespace face
