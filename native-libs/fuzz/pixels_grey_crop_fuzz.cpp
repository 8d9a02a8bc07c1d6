// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "forced_level.h"
#include "fuzz_call.h"
#include "picture_case.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  constexpr std::size_t count = PIXELS_GREY_SIDE * PIXELS_GREY_SIDE;
  fuzz::FuzzInput input(data, size);
  const auto level = input.below(static_cast<std::uint32_t>(test::level_count()));
  const fuzz::Picture picture(input, true);
  const double divisor = input.byte() > 220 ? fuzz::special_value<double>(input) : 256;
  fuzz::FuzzMemory memory(input);
  auto *bgr = memory.place<std::uint8_t>(picture.bytes(), false);
  auto *box = memory.place<double>(4, false);
  auto *grey = memory.place<float>(count, true);
  bool refused = bgr == nullptr || box == nullptr || grey == nullptr || !picture.valid() || memory.misplaced() ||
                 !std::isfinite(divisor) || !std::isfinite(1 / divisor);
  if (!refused) {
    fuzz::fill_pixels(input, bgr, picture.bytes());
    const auto width = static_cast<double>(picture.width.real);
    const auto height = static_cast<double>(picture.height.real);
    const double share = input.byte() / 256.0;
    const double usual[] = {share * width * 0.5, share * height * 0.7, width, height};
    for (std::size_t i = 0; i < 4; ++i) {
      box[i] = input.byte() > 220 ? fuzz::special_value<double>(input) : usual[i];
    }
    refused =
        !(box[0] >= 0 && box[0] < box[2] && box[2] <= width && box[1] >= 0 && box[1] < box[3] && box[3] <= height);
  }
  memory.remember();
  const auto draw = [&](float *to) {
    return pixels_grey_crop(bgr, picture.width.told, picture.height.told, picture.row_bytes, box, divisor, to);
  };
  test::force_level(level);
  const int status = fuzz::call_in_any_environment(input, [&] { return draw(grey); });
  memory.check();
  REQUIRE((status == PIXELS_OK) == !refused);
  if (refused) return 0;
  if (divisor == 256) {
    for (std::size_t i = 0; i < count; ++i) REQUIRE(grey[i] >= 0 && grey[i] <= 1);
  }
  std::vector<float> again(count);
  test::force_level(0);
  REQUIRE(draw(again.data()) == PIXELS_OK);
  REQUIRE(std::memcmp(again.data(), grey, count * sizeof(float)) == 0);
  return 0;
}
