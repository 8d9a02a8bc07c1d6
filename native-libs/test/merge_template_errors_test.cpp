// SPDX-License-Identifier: Apache-2.0
//
// Everything a caller of templates can get wrong. A call that fails must leave the template as it was.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "check.h"
#include "merge_call.h"
#include "merge_embeddings.h"
#include "merge_template_call.h"

namespace {

using test::Template;

void *moved(const void *pointer, std::uintptr_t bytes) {
  return reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(pointer) + bytes);
}
/// Aligned, but so near to the end of the address space that nothing fits behind it.
void *last_word() { return moved(nullptr, UINTPTR_MAX - 7); }

/// Three members of two numbers, room for four.
Template<float> example() {
  Template<float> made(MERGE_AGREEMENT, 2, 4);
  const float photos[] = {1, 2, 2, 1, 3, 1};
  for (std::int64_t id = 0; id < 3; ++id) EXPECT(made.add(id, photos + 2 * id) == MERGE_OK);
  return made;
}

void sizes() {
  const merge_options options = test::options_of<float>(MERGE_MEAN, 3);
  std::uint64_t bytes = 7;
  EXPECT(merge_template_bytes(&options, 5, &bytes) == MERGE_OK && bytes == 32 + 8 * (2 * 3 + 5 * (3 + 1)));
  EXPECT(merge_template_bytes(nullptr, 5, &bytes) == MERGE_NULL_POINTER);
  EXPECT(merge_template_bytes(&options, 5, nullptr) == MERGE_NULL_POINTER);
  EXPECT(merge_template_bytes(&options, 5, static_cast<std::uint64_t *>(moved(&bytes, 4))) == MERGE_MISALIGNED);
  for (const std::int32_t capacity : {0, -1, std::numeric_limits<std::int32_t>::min(), MERGE_MAX_ROWS + 1}) {
    EXPECT(merge_template_bytes(&options, capacity, &bytes) == MERGE_INVALID_SIZE);
  }
  const auto with = [&bytes](auto member, auto value) {
    merge_options changed = test::options_of<float>(MERGE_MEAN, 3);
    changed.*member = value;
    std::uint64_t memory[64];
    const int status = merge_template_bytes(&changed, 5, &bytes);
    EXPECT(merge_template_init(&changed, 5, memory, sizeof memory) == status);
    return status;
  };
  EXPECT(with(&merge_options::dimension, 0) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::dimension, MERGE_MAX_DIMENSION + 1) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, 2) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::element_type, 9) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::method, 9) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::struct_size, 0u) == MERGE_UNSUPPORTED_OPTIONS);
  // The largest there is: 3.3 gigabytes.
  const merge_options largest = test::options_of<double>(MERGE_MEAN, MERGE_MAX_DIMENSION);
  EXPECT(merge_template_bytes(&largest, MERGE_MAX_ROWS, &bytes) == MERGE_OK && bytes == 3277665568u);
}

void making() {
  const merge_options options = test::options_of<float>(MERGE_MEAN, 2);
  std::uint64_t memory[20];
  const std::uint64_t needed = 8 * (4 + 2 * 2 + 3 * (2 + 1));
  for (auto &word : memory) word = 99;
  EXPECT(merge_template_init(&options, 3, memory, sizeof memory) == MERGE_OK);
  EXPECT(memory[needed / 8 - 1] == 0 && memory[needed / 8] == 99);
  EXPECT(merge_template_init(nullptr, 3, memory, sizeof memory) == MERGE_NULL_POINTER);
  EXPECT(merge_template_init(&options, 3, nullptr, sizeof memory) == MERGE_NULL_POINTER);
  EXPECT(merge_template_init(&options, 3, moved(memory, 4), needed) == MERGE_MISALIGNED);
  EXPECT(merge_template_init(&options, 0, memory, sizeof memory) == MERGE_INVALID_SIZE);
  EXPECT(merge_template_init(&options, 3, memory, needed - 1) == MERGE_INVALID_SIZE);
  EXPECT(merge_template_init(&options, 3, memory, 0) == MERGE_INVALID_SIZE);
  EXPECT(merge_template_init(&options, 3, memory, UINT64_MAX) == MERGE_INVALID_SIZE);
  EXPECT(merge_template_init(&options, 3, last_word(), needed) == MERGE_INVALID_SIZE);
}

void adding() {
  Template<float> subject = example();
  const auto before = subject.memory();
  const float photo[] = {1, 1};
  EXPECT(merge_template_add(nullptr, subject.bytes(), 7, photo) == MERGE_NULL_POINTER);
  EXPECT(subject.add(7, nullptr) == MERGE_NULL_POINTER);
  EXPECT(subject.add(7, static_cast<const float *>(moved(photo, 1))) == MERGE_MISALIGNED);
  EXPECT(subject.add(7, static_cast<const float *>(last_word()) + 1) == MERGE_INVALID_SIZE);
  EXPECT(subject.add(7, static_cast<const float *>(moved(subject.data(), 96))) == MERGE_OVERLAP);
  EXPECT(subject.add(1, photo) == MERGE_DUPLICATE_ID);
  for (const float wrong : {INFINITY, -INFINITY, NAN}) {
    const float unusable[] = {1, wrong};
    EXPECT(subject.add(7, unusable) == MERGE_NON_FINITE);
  }
  const float zeros[] = {0, -0.0F};
  EXPECT(subject.add(7, zeros) == MERGE_ZERO_VECTOR);
  EXPECT(subject.memory() == before);
  EXPECT(subject.add(7, photo) == MERGE_OK);
  const auto full = subject.memory();
  EXPECT(subject.add(8, photo) == MERGE_TEMPLATE_FULL && subject.memory() == full);
}

void reading() {
  const Template<float> subject = example();
  std::vector<float> merged(2);
  std::vector<double> weights(3);
  std::vector<std::int64_t> ids(3);
  std::vector<std::uint8_t> outliers(3);
  const auto run = [&](std::int32_t room, void *out, std::int64_t *names, double *shares, std::uint8_t *flags) {
    return merge_template_read(subject.data(), subject.bytes(), room, out, names, shares, flags);
  };
  const auto before = subject.memory();
  EXPECT(run(3, merged.data(), ids.data(), weights.data(), outliers.data()) == MERGE_OK);
  EXPECT(run(3, nullptr, nullptr, nullptr, nullptr) == MERGE_NULL_POINTER);
  EXPECT(run(2, merged.data(), ids.data(), nullptr, nullptr) == MERGE_INVALID_SIZE);
  EXPECT(run(2, merged.data(), nullptr, weights.data(), nullptr) == MERGE_INVALID_SIZE);
  EXPECT(run(-1, merged.data(), nullptr, nullptr, outliers.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(3, moved(merged.data(), 2), nullptr, nullptr, nullptr) == MERGE_MISALIGNED);
  EXPECT(run(3, merged.data(), static_cast<std::int64_t *>(moved(ids.data(), 4)), nullptr, nullptr) ==
         MERGE_MISALIGNED);
  EXPECT(run(3, merged.data(), nullptr, static_cast<double *>(moved(weights.data(), 4)), nullptr) ==
         MERGE_MISALIGNED);
  EXPECT(run(3, moved(subject.data(), 64), nullptr, nullptr, nullptr) == MERGE_OVERLAP);
  EXPECT(run(3, merged.data(), ids.data(), reinterpret_cast<double *>(ids.data()) + 2, nullptr) == MERGE_OVERLAP);
  EXPECT(run(3, ids.data(), ids.data(), nullptr, nullptr) == MERGE_OVERLAP);
  EXPECT(subject.memory() == before);

  Template<float> changing(MERGE_MEAN, 2, 2);
  EXPECT(changing.read().status == MERGE_EMPTY_TEMPLATE);
  const float opposites[] = {3, 4, -6, -8};
  EXPECT(changing.add(0, opposites) == MERGE_OK && changing.add(1, opposites + 2) == MERGE_OK);
  EXPECT(changing.read().status == MERGE_ZERO_SUM);
  EXPECT(changing.remove(0) == MERGE_OK && changing.remove(1) == MERGE_OK);
  EXPECT(changing.read().status == MERGE_EMPTY_TEMPLATE);
}

void counting_and_removing() {
  Template<float> subject = example();
  std::int32_t count = 0;
  EXPECT(merge_template_count(nullptr, subject.bytes(), &count) == MERGE_NULL_POINTER);
  EXPECT(merge_template_count(subject.data(), subject.bytes(), nullptr) == MERGE_NULL_POINTER);
  EXPECT(merge_template_count(subject.data(), subject.bytes(), static_cast<std::int32_t *>(moved(&count, 1))) ==
         MERGE_MISALIGNED);
  EXPECT(merge_template_count(subject.data(), subject.bytes(), static_cast<std::int32_t *>(subject.data())) ==
         MERGE_OVERLAP);
  EXPECT(merge_template_remove(nullptr, subject.bytes(), 1) == MERGE_NULL_POINTER);
  const auto before = subject.memory();
  EXPECT(subject.remove(3) == MERGE_UNKNOWN_ID && subject.memory() == before);
}

void copying() {
  const Template<float> subject = example();
  Template<float> target(MERGE_MEAN, 2, 6);
  const auto run = [&](std::int32_t capacity, void *to, std::uint64_t bytes) {
    return merge_template_copy(subject.data(), subject.bytes(), capacity, to, bytes);
  };
  const auto before = target.memory();
  EXPECT(merge_template_copy(nullptr, subject.bytes(), 6, target.data(), target.bytes()) == MERGE_NULL_POINTER);
  EXPECT(run(6, nullptr, target.bytes()) == MERGE_NULL_POINTER);
  EXPECT(run(6, moved(target.data(), 4), target.bytes()) == MERGE_MISALIGNED);
  EXPECT(run(6, target.data(), target.bytes() - 1) == MERGE_INVALID_SIZE);
  EXPECT(run(0, target.data(), target.bytes()) == MERGE_INVALID_SIZE);
  EXPECT(run(MERGE_MAX_ROWS + 1, target.data(), UINT64_MAX) == MERGE_INVALID_SIZE);
  EXPECT(run(2, target.data(), target.bytes()) == MERGE_TEMPLATE_FULL);
  EXPECT(run(3, moved(subject.data(), 8), subject.bytes() - 8) == MERGE_OVERLAP);
  EXPECT(target.memory() == before);
  EXPECT(run(3, target.data(), target.bytes()) == MERGE_OK && target.read() == subject.read());
}

/// What every function says to memory that holds no whole template.
void expect_refused(const void *memory, std::uint64_t bytes, int wanted) {
  std::uint64_t other[64];
  float numbers[2] = {1, 2};
  std::int32_t count = 0;
  EXPECT(merge_template_add(const_cast<void *>(memory), bytes, 8, numbers) == wanted);
  EXPECT(merge_template_remove(const_cast<void *>(memory), bytes, 1) == wanted);
  EXPECT(merge_template_count(memory, bytes, &count) == wanted);
  EXPECT(merge_template_read(memory, bytes, 4, numbers, nullptr, nullptr, nullptr) == wanted);
  EXPECT(merge_template_copy(memory, bytes, 4, other, sizeof other) == wanted);
}

void no_template() {
  const Template<float> subject = example();
  expect_refused(subject.data(), subject.bytes() - 1, MERGE_INVALID_TEMPLATE);
  expect_refused(subject.data(), 31, MERGE_INVALID_TEMPLATE);
  expect_refused(subject.data(), 0, MERGE_INVALID_TEMPLATE);
  expect_refused(moved(subject.data(), 4), subject.bytes() - 8, MERGE_MISALIGNED);
  expect_refused(last_word(), 64, MERGE_INVALID_SIZE);
  const std::vector<std::uint64_t> zeros(64);
  expect_refused(zeros.data(), 512, MERGE_INVALID_TEMPLATE);
  // Mark, numbers of the header, each with a value that it cannot have.
  const std::int32_t impossible[][2] = {{0, 0},  {1, 0},  {2, 3},      {3, 2},      {4, 0},
                                        {4, -1}, {4, 5000}, {5, 0}, {5, 200000}, {5, 2},
                                        {5, 5},  {6, 5},  {6, -1},     {7, 1}};
  for (const auto &[position, value] : impossible) {
    Template<float> damaged = example();
    static_cast<std::int32_t *>(damaged.data())[position] = value;
    expect_refused(damaged.data(), damaged.bytes(), MERGE_INVALID_TEMPLATE);
  }
}

/// Damage that does not show: results are wrong, but all memory is left alone and no number can do harm.
void damaged_members() {
  std::mt19937_64 generator(5);
  for (int round = 0; round < 300; ++round) {
    Template<double> damaged(MERGE_AGREEMENT, 3, 5);
    const double photos[] = {1, 2, 3, 3, 2, 1, 2, 2, 1};
    for (std::int64_t id = 0; id < 3; ++id) EXPECT(damaged.add(id, photos + 3 * id) == MERGE_OK);
    for (std::size_t word = 4; word < damaged.memory().size(); ++word) {
      if (generator() % 4 == 0) damaged.memory()[word] = generator() % 2 == 0 ? generator() : 0x7ff0000000000000u;
    }
    const int status = damaged.read().status;
    EXPECT(status == MERGE_OK || status == MERGE_ZERO_SUM);
    const int added = damaged.add(77, photos);
    EXPECT(added == MERGE_OK || added == MERGE_DUPLICATE_ID);
    EXPECT(damaged.remove(77) == MERGE_OK);
  }
}

}  // namespace

int main() {
  test::group("merge_template_bytes", sizes);
  test::group("merge_template_init", making);
  test::group("merge_template_add", adding);
  test::group("merge_template_read", reading);
  test::group("merge_template_count and merge_template_remove", counting_and_removing);
  test::group("merge_template_copy", copying);
  test::group("memory without a template", no_template);
  test::group("damaged members", damaged_members);
  return test::finish();
}
