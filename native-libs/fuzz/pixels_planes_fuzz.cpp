// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "forced_level.h"
#include "fuzz_call.h"
#include "picture_case.h"

namespace {

/// @return whether they are valid.
bool choose_options(fuzz::FuzzInput &input, pixels_plane_options *options) {
  REQUIRE(pixels_plane_options_init(options, sizeof *options) == PIXELS_OK);
  options->channel_order = input.flip() ? PIXELS_RGB : PIXELS_BGR;
  options->mirrored = input.flip() ? input.pick({1, -1, INT32_MAX}) : 0;
  if (input.rarely()) options->channel_order = input.pick({2, -1, INT32_MAX});
  if (input.rarely()) options->reserved = 1;
  options->mean = input.byte() > 220 ? fuzz::special_value<double>(input) : 127.5;
  options->divisor = input.byte() > 220 ? fuzz::special_value<double>(input) : 128;
  return (options->channel_order == PIXELS_BGR || options->channel_order == PIXELS_RGB) &&
         options->reserved == 0 && std::isfinite(options->mean) && std::isfinite(options->divisor) &&
         std::isfinite(1 / options->divisor);
}

bool same_bits(const float *a, const float *b, std::size_t count) {
  return std::memcmp(a, b, count * sizeof(float)) == 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const auto level = input.below(static_cast<std::uint32_t>(test::level_count()));
  const fuzz::Picture picture(input, true);
  const fuzz::Side width(input, input.flip() ? 90 : 9);
  const fuzz::Side height(input, input.flip() ? 40 : 9);
  const fuzz::Side plane_width(input);
  const fuzz::Side plane_height(input, 40);
  pixels_plane_options chosen;
  const bool valid = choose_options(input, &chosen) && picture.valid() && width.valid() && height.valid() &&
                     plane_width.valid() && plane_height.valid() && width.real <= plane_width.real &&
                     height.real <= plane_height.real;

  fuzz::FuzzMemory memory(input);
  const std::size_t count = 3 * plane_width.real * plane_height.real;
  auto *options = memory.place_options(chosen);
  auto *bgr = memory.place<std::uint8_t>(picture.bytes(), false);
  auto *planes = memory.place<float>(count, true);
  const bool refused = options == nullptr || bgr == nullptr || planes == nullptr || !valid || memory.misplaced();
  std::vector<float> untouched(count, -777.0F);
  if (!refused) {
    fuzz::fill_pixels(input, bgr, picture.bytes());
    std::copy(untouched.begin(), untouched.end(), planes);
  }
  memory.remember();
  const auto draw = [&](float *to) {
    return pixels_planes(options, bgr, picture.width.told, picture.height.told, picture.row_bytes, width.told,
                         height.told, to, plane_width.told, plane_height.told);
  };
  test::force_level(level);
  const int status = fuzz::call_in_any_environment(input, [&] { return draw(planes); });
  memory.check();
  REQUIRE((status == PIXELS_OK) == !refused);
  if (refused) return 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool covered =
        i % plane_width.real < width.real && i / plane_width.real % plane_height.real < height.real;
    REQUIRE(covered || planes[i] == -777.0F);
  }
  std::vector<float> again = untouched;
  test::force_level(0);
  REQUIRE(draw(again.data()) == PIXELS_OK);
  REQUIRE(same_bits(again.data(), planes, count));
  return 0;
}
