// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "call_guard.h"
#include "member_merge.h"
#include "memory_regions.h"
#include "merge_embeddings.h"
#include "merge_settings.h"
#include "template_memory.h"

// The border of templates that grow and shrink: like merge_embeddings.cpp, but what is checked first is the memory
// that the template lives in.

namespace face {
namespace {

bool is_capacity(std::int32_t capacity) noexcept { return capacity >= 1 && capacity <= MERGE_MAX_ROWS; }

Region template_region(const void *memory, std::uint64_t bytes, bool written) noexcept {
  return {memory, static_cast<std::size_t>(bytes), alignof(double), written};
}

std::size_t element_bytes(const TemplateMemory &opened) noexcept {
  return opened.header().element_type == MERGE_FLOAT32 ? sizeof(float) : sizeof(double);
}

/// @param memory is only read where the caller's is const.
Status open_template(const void *memory, std::uint64_t bytes, TemplateMemory *opened) noexcept {
  if (memory == nullptr) return Status::null_pointer;
  if (bytes > SIZE_MAX) return Status::invalid_size;
  const Region regions[] = {template_region(memory, bytes, false)};
  const Status status = check_regions(regions);
  if (status != Status::ok) return status;
  return TemplateMemory::open(const_cast<void *>(memory), bytes, opened);
}

Status size_of(const merge_options *given, std::int32_t capacity, std::uint64_t *bytes) noexcept {
  merge_options options = {};
  const Status status = read_merge_options(given, &options);
  if (status != Status::ok) return status;
  if (bytes == nullptr) return Status::null_pointer;
  if (!is_capacity(capacity)) return Status::invalid_size;
  const Region regions[] = {{bytes, sizeof *bytes, alignof(std::uint64_t), true}};
  const Status region_status = check_regions(regions);
  if (region_status == Status::ok) *bytes = template_bytes(options.dimension, capacity);
  return region_status;
}

Status init(const merge_options *given, std::int32_t capacity, void *memory, std::uint64_t bytes) noexcept {
  merge_options options = {};
  const Status status = read_merge_options(given, &options);
  if (status != Status::ok) return status;
  if (memory == nullptr) return Status::null_pointer;
  if (!is_capacity(capacity) || bytes > SIZE_MAX || bytes < template_bytes(options.dimension, capacity)) {
    return Status::invalid_size;
  }
  const Region regions[] = {template_region(memory, bytes, true)};
  const Status region_status = check_regions(regions);
  if (region_status != Status::ok) return region_status;
  TemplateHeader header = {};
  header.element_type = options.element_type;
  header.method = options.method;
  header.dimension = options.dimension;
  header.capacity = capacity;
  TemplateMemory::create(header, memory);
  return Status::ok;
}

Status add(void *memory, std::uint64_t bytes, std::int64_t id, const void *embedding) noexcept {
  TemplateMemory opened;
  Status status = open_template(memory, bytes, &opened);
  if (status != Status::ok) return status;
  if (embedding == nullptr) return Status::null_pointer;
  const std::size_t element = element_bytes(opened);
  const Region regions[] = {template_region(memory, bytes, true),
                            {embedding, opened.dimension() * element, element, false}};
  status = check_regions(regions);
  if (status != Status::ok) return status;
  return element == sizeof(float) ? opened.add(id, static_cast<const float *>(embedding))
                                  : opened.add(id, static_cast<const double *>(embedding));
}

Status count(const void *memory, std::uint64_t bytes, std::int32_t *members) noexcept {
  TemplateMemory opened;
  const Status status = open_template(memory, bytes, &opened);
  if (status != Status::ok) return status;
  if (members == nullptr) return Status::null_pointer;
  const Region regions[] = {template_region(memory, bytes, false),
                            {members, sizeof *members, alignof(std::int32_t), true}};
  const Status region_status = check_regions(regions);
  if (region_status == Status::ok) *members = opened.header().count;
  return region_status;
}

template <class T>
Status read_as(const TemplateMemory &opened, void *merged, double *weights, std::uint8_t *outliers) noexcept {
  auto row = [&opened](std::size_t member) -> const double * { return opened.row(member); };
  const ExactSum sum = opened.sum();
  const MergeOutputs<T> outputs = {static_cast<T *>(merged), weights, outliers};
  return MemberMerge<decltype(row), T>(row, opened.count(), opened.dimension(), outputs)
      .run(sum.high, sum.low, opened.header().method == MERGE_AGREEMENT);
}

Status read(const void *memory, std::uint64_t bytes, std::int32_t room, void *merged, std::int64_t *ids,
            double *weights, std::uint8_t *outliers) noexcept {
  TemplateMemory opened;
  Status status = open_template(memory, bytes, &opened);
  if (status != Status::ok) return status;
  if (merged == nullptr) return Status::null_pointer;
  const std::size_t count = opened.count();
  const bool by_member = ids != nullptr || weights != nullptr || outliers != nullptr;
  if (by_member && (room < 0 || static_cast<std::size_t>(room) < count)) return Status::invalid_size;
  const std::size_t element = element_bytes(opened);
  const Region regions[] = {
      template_region(memory, bytes, false),
      {merged, opened.dimension() * element, element, true},
      {ids, count * sizeof(std::int64_t), alignof(std::int64_t), true},
      {weights, count * sizeof(double), alignof(double), true},
      {outliers, count, 1, true},
  };
  status = check_regions(regions);
  if (status != Status::ok) return status;
  if (count == 0) return Status::empty_template;
  status = element == sizeof(float) ? read_as<float>(opened, merged, weights, outliers)
                                    : read_as<double>(opened, merged, weights, outliers);
  if (status == Status::ok && ids != nullptr) std::copy_n(opened.ids(), count, ids);
  return status;
}

Status copy(const void *from, std::uint64_t from_bytes, std::int32_t capacity, void *to,
            std::uint64_t to_bytes) noexcept {
  TemplateMemory source;
  const Status status = open_template(from, from_bytes, &source);
  if (status != Status::ok) return status;
  if (to == nullptr) return Status::null_pointer;
  TemplateHeader header = source.header();
  if (!is_capacity(capacity) || to_bytes > SIZE_MAX || to_bytes < template_bytes(header.dimension, capacity)) {
    return Status::invalid_size;
  }
  const Region regions[] = {template_region(from, from_bytes, false), template_region(to, to_bytes, true)};
  const Status region_status = check_regions(regions);
  if (region_status != Status::ok) return region_status;
  if (capacity < header.count) return Status::template_full;
  header.capacity = capacity;
  source.copy_members_to(TemplateMemory::create(header, to));
  return Status::ok;
}

}  // namespace
}  // namespace face

extern "C" {

int merge_template_bytes(const merge_options *options, int32_t capacity, uint64_t *bytes) {
  return static_cast<int>(face::size_of(options, capacity, bytes));
}

int merge_template_init(const merge_options *options, int32_t capacity, void *memory, uint64_t memory_bytes) {
  return static_cast<int>(face::init(options, capacity, memory, memory_bytes));
}

int merge_template_add(void *memory, uint64_t memory_bytes, int64_t id, const void *embedding) {
  const face::CallGuard guard;
  return static_cast<int>(face::add(memory, memory_bytes, id, embedding));
}

int merge_template_remove(void *memory, uint64_t memory_bytes, int64_t id) {
  const face::CallGuard guard;
  face::TemplateMemory opened;
  const face::Status status = face::open_template(memory, memory_bytes, &opened);
  return static_cast<int>(status == face::Status::ok ? opened.remove(id) : status);
}

int merge_template_count(const void *memory, uint64_t memory_bytes, int32_t *count) {
  return static_cast<int>(face::count(memory, memory_bytes, count));
}

int merge_template_read(const void *memory, uint64_t memory_bytes, int32_t room, void *merged, int64_t *ids,
                        double *weights, uint8_t *outliers) {
  const face::CallGuard guard;
  return static_cast<int>(face::read(memory, memory_bytes, room, merged, ids, weights, outliers));
}

int merge_template_copy(const void *from, uint64_t from_bytes, int32_t capacity, void *to, uint64_t to_bytes) {
  return static_cast<int>(face::copy(from, from_bytes, capacity, to, to_bytes));
}

}  // extern "C"
