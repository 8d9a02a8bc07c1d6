// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "forced_level.h"
#include "fuzz_call.h"
#include "picture_case.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const auto level = input.below(static_cast<std::uint32_t>(test::level_count()));
  const fuzz::Picture picture(input, false);
  fuzz::Side width(input);
  fuzz::Side height(input, 40);
  if (input.flip()) {
    // Equal size has a way of its own.
    width = picture.width;
    height = picture.height;
  }
  const fuzz::Side frame_width(input);
  const fuzz::Side frame_height(input, 40);
  const bool fits = width.real <= frame_width.real && height.real <= frame_height.real;
  const bool valid =
      picture.valid() && width.valid() && height.valid() && frame_width.valid() && frame_height.valid() && fits;

  fuzz::FuzzMemory memory(input);
  const std::size_t frame_bytes = frame_width.real * frame_height.real * 3;
  auto *rgb = memory.place<std::uint8_t>(picture.bytes(), false);
  auto *frame = memory.place<std::uint8_t>(frame_bytes, true);
  const bool refused = rgb == nullptr || frame == nullptr || !valid || memory.misplaced();
  if (!refused) fuzz::fill_pixels(input, rgb, picture.bytes());
  memory.remember();
  const auto draw = [&](std::uint8_t *to) {
    return pixels_letterbox(rgb, picture.width.told, picture.height.told, width.told, height.told, to,
                            frame_width.told, frame_height.told);
  };
  test::force_level(level);
  const int status = fuzz::call_in_any_environment(input, [&] { return draw(frame); });
  memory.check();
  REQUIRE((status == PIXELS_OK) == !refused);
  if (refused) return 0;
  for (std::size_t y = 0; y < frame_height.real; ++y) {
    const std::size_t drawn = y < height.real ? width.real : 0;
    const std::uint8_t *row = frame + y * frame_width.real * 3;
    REQUIRE(std::all_of(row + 3 * drawn, row + 3 * frame_width.real, [](int byte) { return byte == 0; }));
  }
  std::vector<std::uint8_t> again(frame_bytes);
  test::force_level(0);
  REQUIRE(draw(again.data()) == PIXELS_OK);
  REQUIRE(std::equal(again.begin(), again.end(), frame));
  return 0;
}
