// SPDX-License-Identifier: Apache-2.0
//
// Everything a caller of merge_embeddings() can get wrong, and the texts.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "check.h"
#include "merge_call.h"
#include "merge_embeddings.h"

namespace {

template <class Pointer>
Pointer moved(Pointer pointer, std::uintptr_t bytes) {
  return reinterpret_cast<Pointer>(reinterpret_cast<std::uintptr_t>(pointer) + bytes);
}

/// A valid call, to be spoilt in one place each.
struct Call {
  merge_options options = test::options_of<float>(MERGE_AGREEMENT, 2);
  std::vector<float> rows = {1, 2, 2, 1, 3, 1};
  std::vector<float> merged = std::vector<float>(2);
  std::vector<double> weights = std::vector<double>(3);
  std::vector<std::uint8_t> outliers = std::vector<std::uint8_t>(3);
  std::int32_t failed_row = 99;

  int run() { return run_with(&options, rows.data(), 3, merged.data(), weights.data()); }
  int run_with(const merge_options *given, const float *embeddings, std::int32_t count, float *out, double *shares) {
    return merge_embeddings(given, embeddings, count, out, shares, outliers.data(), &failed_row);
  }
};

void pointers() {
  Call call;
  EXPECT(call.run() == MERGE_OK);
  float *const merged = call.merged.data();
  const float *const rows = call.rows.data();
  EXPECT(merge_embeddings(&call.options, rows, 3, merged, nullptr, nullptr, nullptr) == MERGE_OK);
  EXPECT(call.run_with(nullptr, rows, 3, merged, nullptr) == MERGE_NULL_POINTER && call.failed_row == -1);
  EXPECT(call.run_with(&call.options, nullptr, 3, merged, nullptr) == MERGE_NULL_POINTER);
  EXPECT(call.run_with(&call.options, rows, 3, nullptr, nullptr) == MERGE_NULL_POINTER);
  EXPECT(call.run_with(moved(&call.options, 4), rows, 3, merged, nullptr) == MERGE_MISALIGNED);
  EXPECT(call.run_with(&call.options, moved(rows, 2), 2, merged, nullptr) == MERGE_MISALIGNED);
  EXPECT(call.run_with(&call.options, rows, 3, moved(merged, 1), nullptr) == MERGE_MISALIGNED);
  EXPECT(call.run_with(&call.options, rows, 3, merged, moved(call.weights.data(), 4)) == MERGE_MISALIGNED);
  EXPECT(merge_embeddings(&call.options, rows, 3, merged, nullptr, nullptr, moved(&call.failed_row, 2)) ==
         MERGE_MISALIGNED);
  EXPECT(call.run_with(&call.options, moved(static_cast<const float *>(nullptr), UINTPTR_MAX - 15), 3, merged,
                       nullptr) == MERGE_INVALID_SIZE);
}

void overlaps() {
  Call call;
  float *const rows = call.rows.data();
  EXPECT(call.run_with(&call.options, rows, 3, rows + 5, nullptr) == MERGE_OVERLAP);
  alignas(8) float memory[16] = {1, 2, 2, 1, 3, 1};
  auto *const doubles = reinterpret_cast<double *>(memory);
  EXPECT(call.run_with(&call.options, memory, 3, call.merged.data(), doubles) == MERGE_OVERLAP);
  EXPECT(call.run_with(&call.options, rows, 3, memory + 8, doubles + 2) == MERGE_OVERLAP);
  EXPECT(merge_embeddings(&call.options, rows, 3, memory, nullptr, reinterpret_cast<std::uint8_t *>(memory) + 7,
                          nullptr) == MERGE_OVERLAP);
  EXPECT(merge_embeddings(&call.options, rows, 3, memory, nullptr, nullptr,
                          reinterpret_cast<std::int32_t *>(memory) + 1) == MERGE_OVERLAP);
}

void numbers() {
  Call call;
  const auto with_count = [&call](std::int32_t count) {
    return call.run_with(&call.options, call.rows.data(), count, call.merged.data(), nullptr);
  };
  EXPECT(with_count(0) == MERGE_INVALID_SIZE);
  EXPECT(with_count(-4) == MERGE_INVALID_SIZE);
  EXPECT(with_count(MERGE_MAX_ROWS + 1) == MERGE_INVALID_SIZE);
  EXPECT(with_count(std::numeric_limits<std::int32_t>::max()) == MERGE_INVALID_SIZE);
  const auto with = [](auto member, auto value) {
    Call changed;
    changed.options.*member = value;
    return changed.run();
  };
  EXPECT(with(&merge_options::dimension, 0) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::dimension, -1) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::dimension, MERGE_MAX_DIMENSION + 1) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, 1) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, -2) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, std::numeric_limits<std::int64_t>::min()) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, std::numeric_limits<std::int64_t>::max()) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, std::numeric_limits<std::int64_t>::max() / 2) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::element_type, 0) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::element_type, 3) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::method, -1) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::method, 2) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::struct_size, 3u) == MERGE_UNSUPPORTED_OPTIONS);
  EXPECT(with(&merge_options::struct_size, 0xffffffffu) == MERGE_UNSUPPORTED_OPTIONS);
}

/// A caller with a later header may have more members, as long as it does not use them.
void later_options() {
  Call call;
  struct {
    merge_options known;
    std::int64_t unknown;
  } later = {call.options, 0};
  later.known.struct_size = sizeof later;
  const auto run = [&] { return call.run_with(&later.known, call.rows.data(), 3, call.merged.data(), nullptr); };
  EXPECT(run() == MERGE_OK);
  later.unknown = 1;
  EXPECT(run() == MERGE_UNSUPPORTED_OPTIONS);
  EXPECT(merge_options_init(&later.known, sizeof later) == MERGE_OK);
  EXPECT(later.known.struct_size == sizeof later && later.unknown == 0);
  EXPECT(merge_options_init(nullptr, sizeof later) == MERGE_NULL_POINTER);
  EXPECT(merge_options_init(moved(&later.known, 4), sizeof(merge_options)) == MERGE_MISALIGNED);
  EXPECT(merge_options_init(&later.known, 8) == MERGE_UNSUPPORTED_OPTIONS);
  EXPECT(merge_options_init(&later.known, SIZE_MAX) == MERGE_UNSUPPORTED_OPTIONS);
}

void texts() {
  EXPECT(merge_abi_version() == MERGE_ABI_VERSION);
  EXPECT(std::strstr(merge_build_info(), "merge_embeddings 1.") == merge_build_info());
  const auto known = [](int status) { return std::strcmp(merge_status_text(status), "unknown status") != 0; };
  for (int status = MERGE_OK; status <= MERGE_ZERO_SUM; ++status) EXPECT(known(status));
  for (int status = MERGE_DUPLICATE_ID; status <= MERGE_INVALID_TEMPLATE; ++status) EXPECT(known(status));
  EXPECT(!known(-1) && !known(MERGE_ZERO_SUM + 1) && !known(MERGE_INVALID_TEMPLATE + 1));
}

}  // namespace

int main() {
  test::group("pointers", pointers);
  test::group("overlaps", overlaps);
  test::group("numbers out of range", numbers);
  test::group("options of a later release", later_options);
  test::group("texts", texts);
  return test::finish();
}
