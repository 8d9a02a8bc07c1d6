// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "check.h"
#include "merge_call.h"
#include "merge_embeddings.h"

namespace test {

/// A template and its memory.
template <class T>
class Template {
 public:
  Template(std::int32_t method, std::size_t dimension, std::int32_t capacity)
      : options_(options_of<T>(method, dimension)), memory_(words_for(capacity), ~std::uint64_t{0}) {
    EXPECT(merge_template_init(&options_, capacity, data(), bytes()) == MERGE_OK);
  }

  [[nodiscard]] void *data() { return memory_.data(); }
  [[nodiscard]] const void *data() const { return memory_.data(); }
  [[nodiscard]] std::uint64_t bytes() const { return memory_.size() * sizeof(std::uint64_t); }
  [[nodiscard]] const std::vector<std::uint64_t> &memory() const { return memory_; }
  [[nodiscard]] std::vector<std::uint64_t> &memory() { return memory_; }
  [[nodiscard]] const merge_options &options() const { return options_; }

  int add(std::int64_t id, const T *embedding) { return merge_template_add(data(), bytes(), id, embedding); }
  int remove(std::int64_t id) { return merge_template_remove(data(), bytes(), id); }

  [[nodiscard]] std::size_t count() const {
    std::int32_t count = -1;
    EXPECT(merge_template_count(data(), bytes(), &count) == MERGE_OK);
    return static_cast<std::size_t>(count);
  }

  [[nodiscard]] Merged read(std::vector<std::int64_t> *ids = nullptr) const {
    const std::size_t members = count();
    std::vector<T> merged(dimension());
    if (ids != nullptr) ids->assign(members, -77);
    Merged result = {0, {}, Rows(members, -9), std::vector<std::uint8_t>(members, 9), -1};
    result.status =
        merge_template_read(data(), bytes(), static_cast<std::int32_t>(members), merged.data(),
                            ids == nullptr ? nullptr : ids->data(), result.weights.data(), result.outliers.data());
    result.merged.assign(merged.begin(), merged.end());
    return result;
  }

  /// A copy with another capacity.
  [[nodiscard]] Template resized(std::int32_t capacity) const {
    Template copy(options_.method, dimension(), capacity);
    EXPECT(merge_template_copy(data(), bytes(), capacity, copy.data(), copy.bytes()) == MERGE_OK);
    return copy;
  }

 private:
  [[nodiscard]] std::size_t dimension() const { return static_cast<std::size_t>(options_.dimension); }
  [[nodiscard]] std::size_t words_for(std::int32_t capacity) const {
    std::uint64_t size = 0;
    EXPECT(merge_template_bytes(&options_, capacity, &size) == MERGE_OK);
    EXPECT(size % sizeof(std::uint64_t) == 0);
    return static_cast<std::size_t>(size / sizeof(std::uint64_t));
  }

  merge_options options_;
  std::vector<std::uint64_t> memory_;
};

}  // namespace test
