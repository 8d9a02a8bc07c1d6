// SPDX-License-Identifier: Apache-2.0
#include "template_memory.h"

#include <algorithm>
#include <cstring>

#include "merge_embeddings.h"

namespace face {
namespace {

/// "FACETPL" and the number of the layout, as a little-endian CPU stores them.
constexpr std::uint64_t template_mark = 0x014c505445434146;

static_assert(MERGE_MAX_ROWS <= largest_sum, "sums of members must be exact");

bool is_plausible(const TemplateHeader &header) noexcept {
  return header.mark == template_mark &&
         (header.element_type == MERGE_FLOAT32 || header.element_type == MERGE_FLOAT64) &&
         (header.method == MERGE_MEAN || header.method == MERGE_AGREEMENT) && header.dimension >= 1 &&
         header.dimension <= MERGE_MAX_DIMENSION && header.capacity >= 1 && header.capacity <= MERGE_MAX_ROWS &&
         header.count >= 0 && header.count <= header.capacity && header.reserved == 0;
}

}  // namespace

std::uint64_t template_bytes(std::int32_t dimension, std::int32_t capacity) noexcept {
  const auto elements = static_cast<std::uint64_t>(dimension);
  const auto members = static_cast<std::uint64_t>(capacity);
  return sizeof(TemplateHeader) + 2 * elements * sizeof(double) +
         members * (sizeof(std::int64_t) + elements * sizeof(double));
}

TemplateMemory TemplateMemory::create(const TemplateHeader &header, void *memory) noexcept {
  std::memset(memory, 0, static_cast<std::size_t>(template_bytes(header.dimension, header.capacity)));
  TemplateMemory created;
  created.header_ = static_cast<TemplateHeader *>(memory);
  *created.header_ = header;
  created.header_->mark = template_mark;
  created.header_->count = 0;
  return created;
}

Status TemplateMemory::open(void *memory, std::uint64_t bytes, TemplateMemory *opened) noexcept {
  if (bytes < sizeof(TemplateHeader)) return Status::invalid_template;
  auto *const header = static_cast<TemplateHeader *>(memory);
  if (!is_plausible(*header) || bytes < template_bytes(header->dimension, header->capacity)) {
    return Status::invalid_template;
  }
  opened->header_ = header;
  return Status::ok;
}

ExactSum TemplateMemory::sum() const noexcept {
  auto *const high = reinterpret_cast<double *>(header_ + 1);
  return {high, high + dimension()};
}

std::int64_t *TemplateMemory::ids() const noexcept {
  return reinterpret_cast<std::int64_t *>(sum().low + dimension());
}

double *TemplateMemory::row(std::size_t member) const noexcept {
  return reinterpret_cast<double *>(ids() + capacity()) + member * dimension();
}

std::size_t TemplateMemory::find(std::int64_t id) const noexcept {
  return static_cast<std::size_t>(std::find(ids(), ids() + count(), id) - ids());
}

template <class T>
Status TemplateMemory::add(std::int64_t id, const T *embedding) noexcept {
  if (find(id) != count()) return Status::duplicate_id;
  if (count() == capacity()) return Status::template_full;
  const Status status = write_and_add_row(embedding, dimension(), row(count()), sum());
  if (status != Status::ok) return status;
  ids()[count()] = id;
  ++header_->count;
  return Status::ok;
}
template Status TemplateMemory::add(std::int64_t id, const float *embedding) noexcept;
template Status TemplateMemory::add(std::int64_t id, const double *embedding) noexcept;

Status TemplateMemory::remove(std::int64_t id) noexcept {
  const std::size_t member = find(id);
  if (member == count()) return Status::unknown_id;
  const std::size_t last = count() - 1;
  subtract_row(sum(), row(member), dimension());
  std::copy(row(member + 1), row(last + 1), row(member));
  std::copy(ids() + member + 1, ids() + last + 1, ids() + member);
  // Whoever takes a photo out wants no trace of the face to stay.
  std::fill_n(row(last), dimension(), 0.0);
  ids()[last] = 0;
  --header_->count;
  return Status::ok;
}

void TemplateMemory::copy_members_to(TemplateMemory target) const noexcept {
  std::copy_n(sum().high, 2 * dimension(), target.sum().high);
  std::copy_n(ids(), count(), target.ids());
  std::copy_n(row(0), count() * dimension(), target.row(0));
  target.header_->count = header_->count;
}

}  // namespace face
