// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "forced_level.h"
#include "fuzz_call.h"
#include "picture_case.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  constexpr std::size_t crop_bytes = PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3;
  fuzz::FuzzInput input(data, size);
  const auto level = input.below(static_cast<std::uint32_t>(test::level_count()));
  const fuzz::Picture picture(input, false);
  fuzz::FuzzMemory memory(input);
  auto *rgb = memory.place<std::uint8_t>(picture.bytes(), false);
  auto *inverse = memory.place<double>(4, false);
  auto *crop = memory.place<std::uint8_t>(crop_bytes, true);
  bool refused = rgb == nullptr || inverse == nullptr || crop == nullptr || !picture.valid() || memory.misplaced();
  if (!refused) {
    fuzz::fill_pixels(input, rgb, picture.bytes());
    for (std::size_t i = 0; i < 4; ++i) {
      const double usual = i < 2 ? 0.02 * input.byte() - 2.5 : 1.5 * input.byte() - 190;
      inverse[i] = input.byte() > 220 ? fuzz::special_value<double>(input) : usual;
      refused = refused || !std::isfinite(inverse[i]);
    }
  }
  memory.remember();
  const auto draw = [&](std::uint8_t *to) {
    return pixels_warp_face(rgb, picture.width.told, picture.height.told, inverse, to);
  };
  test::force_level(level);
  const int status = fuzz::call_in_any_environment(input, [&] { return draw(crop); });
  memory.check();
  REQUIRE((status == PIXELS_OK) == !refused);
  if (refused) return 0;
  std::vector<std::uint8_t> again(crop_bytes);
  test::force_level(0);
  REQUIRE(draw(again.data()) == PIXELS_OK);
  REQUIRE(std::equal(again.begin(), again.end(), crop));
  return 0;
}
