// SPDX-License-Identifier: Apache-2.0
//
// A template through a long life, next to a list of its members: it must always say what merge_embeddings() says
// of them, and look like a template that never had others. And templates that are no templates.

#include <algorithm>
#include <utility>

#include "fuzz_call.h"
#include "fuzz_memory.h"
#include "fuzz_rows.h"
#include "merge_embeddings.h"

namespace {

using fuzz::FuzzInput;
using Words = std::vector<std::uint64_t>;

merge_options choose_options(FuzzInput &input) {
  merge_options options;
  REQUIRE(merge_options_init(&options, sizeof options) == MERGE_OK);
  options.element_type = input.flip() ? MERGE_FLOAT64 : MERGE_FLOAT32;
  options.method = input.flip() ? MERGE_MEAN : MERGE_AGREEMENT;
  options.dimension = static_cast<std::int32_t>(1 + input.below(input.byte() > 230 ? 300 : 20));
  return options;
}

/// An empty template in memory of its exact size.
Words make_template(const merge_options &options, std::int32_t capacity) {
  std::uint64_t bytes = 0;
  REQUIRE(merge_template_bytes(&options, capacity, &bytes) == MERGE_OK && bytes % 8 == 0);
  Words memory(bytes / 8, 0xa5a5a5a5a5a5a5a5);
  REQUIRE(merge_template_init(&options, capacity, memory.data(), bytes) == MERGE_OK);
  return memory;
}

std::uint64_t bytes_of(const Words &memory) { return memory.size() * 8; }

template <class T>
class Life {
 public:
  Life(FuzzInput &input, const merge_options &options)
      : input_(input),
        options_(options),
        dimension_(static_cast<std::size_t>(options.dimension)),
        capacity_(static_cast<std::int32_t>(1 + input.below(9))),
        memory_(make_template(options, capacity_)) {}

  void run() {
    for (std::size_t step = 1 + input_.below(40); step > 0; --step) {
      switch (input_.below(8)) {
        default: add(); break;
        case 3:
        case 4: remove(); break;
        case 5: read(); break;
        case 6: move(); break;
        case 7: damage_copy(); break;
      }
    }
    read();
    compare_with_fresh();
  }

 private:
  std::int64_t any_id() { return input_.pick<std::int64_t>({0, 1, 2, 3, 4, 5, 6, -1, INT64_MIN, INT64_MAX}); }

  void add() {
    const std::int64_t id = any_id();
    std::vector<T> row(dimension_);
    fuzz::fill_row(input_, members_.empty() ? row.data() : members_.back().second.data(), row.data(), dimension_);
    const Words before = memory_;
    const int status = fuzz::call_in_any_environment(
        input_, [&] { return merge_template_add(memory_.data(), bytes_of(memory_), id, row.data()); });
    const bool known = find(id) != members_.end();
    const bool full = members_.size() == static_cast<std::size_t>(capacity_);
    REQUIRE((status == MERGE_OK) == (!known && !full && fuzz::usable(row.data(), dimension_)));
    if (status == MERGE_OK) {
      members_.emplace_back(id, row);
    } else {
      REQUIRE(memory_ == before);
    }
  }

  void remove() {
    const std::int64_t id = any_id();
    const auto member = find(id);
    const int status = fuzz::call_in_any_environment(
        input_, [&] { return merge_template_remove(memory_.data(), bytes_of(memory_), id); });
    REQUIRE(status == (member == members_.end() ? MERGE_UNKNOWN_ID : MERGE_OK));
    if (status == MERGE_OK) members_.erase(member);
  }

  void read() {
    const std::size_t count = members_.size();
    std::vector<T> merged(dimension_);
    std::vector<std::int64_t> ids(count);
    std::vector<double> weights(count);
    std::vector<std::uint8_t> outliers(count);
    const Words before = memory_;
    const int status = fuzz::call_in_any_environment(input_, [&] {
      return merge_template_read(memory_.data(), bytes_of(memory_), static_cast<std::int32_t>(count),
                                 merged.data(), ids.data(), weights.data(), outliers.data());
    });
    REQUIRE(memory_ == before);
    if (count == 0) {
      REQUIRE(status == MERGE_EMPTY_TEMPLATE);
      return;
    }
    std::vector<T> rows;
    for (const auto &member : members_) rows.insert(rows.end(), member.second.begin(), member.second.end());
    std::vector<T> wanted(dimension_);
    std::vector<double> wanted_weights(count);
    std::vector<std::uint8_t> wanted_outliers(count);
    REQUIRE(status == merge_embeddings(&options_, rows.data(), static_cast<std::int32_t>(count), wanted.data(),
                                       wanted_weights.data(), wanted_outliers.data(), nullptr));
    if (status != MERGE_OK) {
      REQUIRE(status == MERGE_ZERO_SUM);
      return;
    }
    REQUIRE(merged == wanted && weights == wanted_weights && outliers == wanted_outliers);
    for (std::size_t i = 0; i < count; ++i) REQUIRE(ids[i] == members_[i].first);
  }

  /// To memory for another number of members.
  void move() {
    const auto capacity = static_cast<std::int32_t>(1 + input_.below(12));
    Words other = make_template(options_, capacity);
    const int status =
        merge_template_copy(memory_.data(), bytes_of(memory_), capacity, other.data(), bytes_of(other));
    REQUIRE(status == (members_.size() > static_cast<std::size_t>(capacity) ? MERGE_TEMPLATE_FULL : MERGE_OK));
    if (status != MERGE_OK) return;
    memory_ = std::move(other);
    capacity_ = capacity;
  }

  /// Whatever the bytes of a template are, nobody reads or writes beyond them.
  void damage_copy() {
    Words damaged = memory_;
    auto *bytes = reinterpret_cast<std::uint8_t *>(damaged.data());
    const std::size_t first = input_.flip() ? 32 : damaged.size() * 8;
    for (std::size_t changes = 1 + input_.below(4); changes > 0; --changes) {
      bytes[input_.below(static_cast<std::uint32_t>(first))] = input_.byte();
    }
    if (input_.flip()) damaged.resize(input_.below(static_cast<std::uint32_t>(damaged.size())));
    const std::uint64_t size = bytes_of(damaged);
    // As large as any template that the memory can hold.
    std::vector<double> row(MERGE_MAX_DIMENSION, 0.5);
    std::vector<std::int64_t> ids(damaged.size());
    std::vector<double> weights(damaged.size());
    std::vector<std::uint8_t> outliers(damaged.size());
    std::int32_t count = 0;
    const std::int64_t id = any_id();
    fuzz::call_in_any_environment(input_, [&] {
      merge_template_count(damaged.data(), size, &count);
      merge_template_read(damaged.data(), size, static_cast<std::int32_t>(damaged.size()), row.data(), ids.data(),
                          weights.data(), outliers.data());
      merge_template_add(damaged.data(), size, id, row.data());
      merge_template_remove(damaged.data(), size, id);
      return 0;
    });
  }

  void compare_with_fresh() {
    Words fresh = make_template(options_, capacity_);
    for (const auto &member : members_) {
      REQUIRE(merge_template_add(fresh.data(), bytes_of(fresh), member.first, member.second.data()) == MERGE_OK);
    }
    REQUIRE(fresh == memory_);
  }

  typename std::vector<std::pair<std::int64_t, std::vector<T>>>::iterator find(std::int64_t id) {
    return std::find_if(members_.begin(), members_.end(), [=](const auto &member) { return member.first == id; });
  }

  FuzzInput &input_;
  const merge_options options_;
  const std::size_t dimension_;
  std::int32_t capacity_;
  Words memory_;
  std::vector<std::pair<std::int64_t, std::vector<T>>> members_;
};

/// Wrong arguments.
void call_wrongly(FuzzInput &input, const merge_options &options) {
  fuzz::FuzzMemory memory(input);
  const auto capacity = static_cast<std::int32_t>(1 + input.below(5));
  std::uint64_t bytes = 0;
  REQUIRE(merge_template_bytes(&options, capacity, &bytes) == MERGE_OK);
  if (bytes > fuzz::FuzzMemory::arena_bytes / 2) return;
  const std::size_t element = options.element_type == MERGE_FLOAT32 ? sizeof(float) : sizeof(double);
  const std::size_t row_bytes = static_cast<std::size_t>(options.dimension) * element;
  void *held = memory.place_bytes(bytes, 8, true);
  void *row = memory.place_bytes(row_bytes, element, false);
  const bool refused = held == nullptr || row == nullptr || memory.misplaced();
  const std::uint64_t told = input.rarely() ? input.below(static_cast<std::uint32_t>(bytes)) : bytes;
  memory.remember();
  const int status =
      fuzz::call_in_any_environment(input, [&] { return merge_template_init(&options, capacity, held, told); });
  memory.check();
  const bool aligned = reinterpret_cast<std::uintptr_t>(held) % 8 == 0;
  REQUIRE((status == MERGE_OK) == (held != nullptr && aligned && told == bytes));
  const int added = fuzz::call_in_any_environment(input, [&] { return merge_template_add(held, told, 1, row); });
  memory.check();
  if (refused || status != MERGE_OK) REQUIRE(added != MERGE_OK);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  FuzzInput input(data, size);
  const merge_options options = choose_options(input);
  if (input.byte() > 220) {
    call_wrongly(input, options);
  } else if (options.element_type == MERGE_FLOAT64) {
    Life<double>(input, options).run();
  } else {
    Life<float>(input, options).run();
  }
  return 0;
}
