// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "fuzz_call.h"
#include "fuzz_memory.h"
#include "fuzz_rows.h"
#include "merge_embeddings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::size_t dimension = 1 + input.below(input.byte() > 230 ? 600 : 40);
  const std::size_t count = 1 + input.below(8);
  std::int32_t mode = input.flip() ? MERGE_FLIP_CONCAT : MERGE_FLIP_MEAN;
  auto told_count = static_cast<std::int32_t>(count);
  auto told_dimension = static_cast<std::int32_t>(dimension);
  const std::size_t merged_dimension = mode == MERGE_FLIP_CONCAT ? 2 * dimension : dimension;
  const std::uint8_t wrong = input.byte();
  const bool valid = wrong <= 235;
  if (wrong > 249) {
    mode = input.pick({0, 3, -1, INT32_MIN, INT32_MAX});
  } else if (wrong > 242) {
    told_count = input.pick({0, -1, MERGE_MAX_ROWS + 1, INT32_MIN, INT32_MAX});
  } else if (!valid) {
    told_dimension = input.pick({0, -1, MERGE_MAX_DIMENSION + 1, INT32_MIN, INT32_MAX});
  }

  fuzz::FuzzMemory memory(input);
  auto *views = memory.place<float>(count * dimension, false);
  auto *mirrored = memory.place<float>(count * dimension, false);
  auto *merged = memory.place<float>(count * merged_dimension, true);
  auto *failed_row = input.byte() < 200 ? memory.place<std::int32_t>(1, true) : nullptr;
  const bool refused =
      views == nullptr || mirrored == nullptr || merged == nullptr || !valid || memory.misplaced();
  std::int32_t first_unusable = -1;
  if (!refused) {
    for (std::size_t face = 0; face < count; ++face) {
      float *view = views + face * dimension;
      float *mirror = mirrored + face * dimension;
      fuzz::fill_row(input, view, view, dimension);
      fuzz::fill_row(input, view, mirror, dimension);
    }
    // Only now, since inputs may share memory.
    for (std::size_t face = 0; face < count; ++face) {
      const bool usable = fuzz::usable(views + face * dimension, dimension) &&
                          fuzz::usable(mirrored + face * dimension, dimension);
      if (first_unusable < 0 && !usable) first_unusable = static_cast<std::int32_t>(face);
    }
  }
  memory.remember();
  const int status = fuzz::call_in_any_environment(
      input, [&] { return merge_flip(mode, views, mirrored, told_count, told_dimension, merged, failed_row); });
  memory.check();
  if (refused) {
    REQUIRE(status != MERGE_OK);
    return 0;
  }
  if (status != MERGE_OK) {
    // Of several faces that fail the first one counts, be it for its sum.
    REQUIRE(status == MERGE_ZERO_SUM || ((status == MERGE_NON_FINITE || status == MERGE_ZERO_VECTOR) &&
                                         (failed_row == nullptr || *failed_row == first_unusable)));
    return 0;
  }
  REQUIRE(first_unusable < 0);
  for (std::size_t face = 0; face < count; ++face) {
    double square = 0;
    for (std::size_t i = 0; i < merged_dimension; ++i) {
      const double value = static_cast<double>(merged[face * merged_dimension + i]);
      square += value * value;
    }
    REQUIRE(std::abs(square - 1) < 1e-5);
  }
  std::vector<float> again(count * merged_dimension);
  REQUIRE(merge_flip(mode, views, mirrored, told_count, told_dimension, again.data(), nullptr) == MERGE_OK);
  REQUIRE(std::equal(again.begin(), again.end(), merged));
  return 0;
}
