// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "fuzz_call.h"
#include "fuzz_memory.h"
#include "fuzz_rows.h"
#include "merge_embeddings.h"

namespace {

using fuzz::FuzzInput;

struct Case {
  merge_options options;
  bool valid = true;
  std::size_t dimension;
  std::size_t count;
  std::size_t stride;
  std::int32_t told;

  explicit Case(FuzzInput &input) {
    REQUIRE(merge_options_init(&options, sizeof options) == MERGE_OK);
    options.element_type = input.flip() ? MERGE_FLOAT64 : MERGE_FLOAT32;
    options.method = input.flip() ? MERGE_MEAN : MERGE_AGREEMENT;
    dimension = 1 + input.below(input.byte() > 230 ? 600 : 40);
    count = 1 + input.below(12);
    stride = dimension + (input.byte() > 200 ? input.below(9) : 0);
    told = static_cast<std::int32_t>(count);
    options.dimension = static_cast<std::int32_t>(dimension);
    options.row_stride = stride == dimension && input.flip() ? 0 : static_cast<std::int64_t>(stride);
    if (input.byte() > 235) spoil(input);
  }

 private:
  void spoil(FuzzInput &input) {
    valid = false;
    switch (input.below(5)) {
      default: options.dimension = input.pick({0, -1, MERGE_MAX_DIMENSION + 1, INT32_MIN, INT32_MAX}); break;
      case 1: told = input.pick({0, -1, MERGE_MAX_ROWS + 1, INT32_MIN, INT32_MAX}); break;
      case 2: options.element_type = input.pick({0, 3, -1, INT32_MIN, INT32_MAX}); break;
      case 3: options.method = input.pick({-1, 2, INT32_MIN, INT32_MAX}); break;
      case 4: options.row_stride = input.pick<std::int64_t>({-1, INT64_MIN}); break;
    }
  }
};

template <class T>
void check_merged(const T *merged, const double *weights, const std::uint8_t *outliers, const Case &given) {
  double square = 0;
  for (std::size_t i = 0; i < given.dimension; ++i)
    square += static_cast<double>(merged[i]) * static_cast<double>(merged[i]);
  REQUIRE(std::abs(square - 1) < (sizeof(T) == sizeof(float) ? 1e-5 : 1e-12));
  for (std::size_t j = 0; j < given.count; ++j) {
    if (weights != nullptr) REQUIRE(weights[j] >= 0 && weights[j] <= 1);
    if (outliers != nullptr) REQUIRE(outliers[j] <= 1);
  }
}

template <class T>
void run(FuzzInput &input, const Case &given) {
  fuzz::FuzzMemory memory(input);
  auto *options = memory.place_options(given.options);
  T *rows = memory.place<T>((given.count - 1) * given.stride + given.dimension, false);
  T *merged = memory.place<T>(given.dimension, true);
  auto *weights = input.byte() < 200 ? memory.place<double>(given.count, true) : nullptr;
  auto *outliers = input.byte() < 200 ? memory.place<std::uint8_t>(given.count, true) : nullptr;
  auto *failed_row = input.byte() < 200 ? memory.place<std::int32_t>(1, true) : nullptr;
  const bool refused =
      options == nullptr || rows == nullptr || merged == nullptr || !given.valid || memory.misplaced();
  std::int32_t first_unusable = -1;
  if (!refused) {
    for (std::size_t j = 0; j < given.count; ++j) {
      T *row = rows + j * given.stride;
      fuzz::fill_row(input, j == 0 ? row : row - given.stride, row, given.dimension);
      if (first_unusable < 0 && !fuzz::usable(row, given.dimension)) first_unusable = static_cast<std::int32_t>(j);
    }
  }
  memory.remember();
  const int status = fuzz::call_in_any_environment(
      input, [&] { return merge_embeddings(options, rows, given.told, merged, weights, outliers, failed_row); });
  memory.check();
  if (refused) {
    REQUIRE(status != MERGE_OK);
    return;
  }
  if (first_unusable >= 0) {
    REQUIRE(status == MERGE_NON_FINITE || status == MERGE_ZERO_VECTOR);
    REQUIRE(failed_row == nullptr || *failed_row == first_unusable);
    return;
  }
  REQUIRE(status == MERGE_OK || status == MERGE_ZERO_SUM);
  if (status != MERGE_OK) return;
  check_merged(merged, weights, outliers, given);
  std::vector<T> again(given.dimension);
  std::vector<double> same_weights(given.count);
  REQUIRE(merge_embeddings(options, rows, given.told, again.data(), same_weights.data(), nullptr, nullptr) ==
          MERGE_OK);
  REQUIRE(std::equal(again.begin(), again.end(), merged));
  if (weights != nullptr) REQUIRE(std::equal(same_weights.begin(), same_weights.end(), weights));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  FuzzInput input(data, size);
  const Case given(input);
  if (given.options.element_type == MERGE_FLOAT64) {
    run<double>(input, given);
  } else {
    run<float>(input, given);
  }
  return 0;
}
