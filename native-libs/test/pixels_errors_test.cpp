// SPDX-License-Identifier: Apache-2.0
//
// What libface_pixels refuses.

#include <cerrno>
#include <cstdint>
#include <limits>
#include <vector>

#include "check.h"
#include "face_pixels.h"

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void letterbox_errors() {
  std::vector<std::uint8_t> picture(4 * 3 * 3);
  std::vector<std::uint8_t> frame(5 * 6 * 3);
  const auto run = [&](int width, int height, int fit_width, int fit_height, int frame_width, int frame_height) {
    return pixels_letterbox(picture.data(), width, height, fit_width, fit_height, frame.data(), frame_width,
                            frame_height);
  };
  errno = 4711;
  EXPECT(run(4, 3, 5, 4, 5, 6) == PIXELS_OK);
  EXPECT(errno == 4711);
  EXPECT(pixels_letterbox(nullptr, 4, 3, 5, 4, frame.data(), 5, 6) == PIXELS_NULL_POINTER);
  EXPECT(pixels_letterbox(picture.data(), 4, 3, 5, 4, nullptr, 5, 6) == PIXELS_NULL_POINTER);
  EXPECT(pixels_letterbox(frame.data() + 20, 4, 3, 5, 4, frame.data(), 5, 6) == PIXELS_OVERLAP);
  for (const int wrong : {0, -1, PIXELS_MAX_SIDE + 1, INT32_MIN, INT32_MAX}) {
    EXPECT(run(wrong, 3, 5, 4, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, wrong, 5, 4, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, wrong, 4, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, 5, wrong, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, 5, 4, wrong, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, 5, 4, 5, wrong) == PIXELS_INVALID_SIZE);
  }
  EXPECT(run(4, 3, 6, 4, 5, 6) == PIXELS_INVALID_SIZE);
  EXPECT(run(4, 3, 5, 7, 5, 6) == PIXELS_INVALID_SIZE);
}

void warp_errors() {
  std::vector<std::uint8_t> picture(4 * 3 * 3);
  std::vector<std::uint8_t> crop(PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3);
  double inverse[5] = {1, 0, 0, 0, 0};
  const auto run = [&](const std::uint8_t *rgb, int width, int height, const double *places, std::uint8_t *to) {
    return pixels_warp_face(rgb, width, height, places, to);
  };
  EXPECT(run(picture.data(), 4, 3, inverse, crop.data()) == PIXELS_OK);
  EXPECT(run(nullptr, 4, 3, inverse, crop.data()) == PIXELS_NULL_POINTER);
  EXPECT(run(picture.data(), 4, 3, nullptr, crop.data()) == PIXELS_NULL_POINTER);
  EXPECT(run(picture.data(), 4, 3, inverse, nullptr) == PIXELS_NULL_POINTER);
  EXPECT(run(crop.data() + 100, 4, 3, inverse, crop.data()) == PIXELS_OVERLAP);
  EXPECT(run(picture.data(), 4, 3, reinterpret_cast<double *>(reinterpret_cast<std::uintptr_t>(inverse) + 4),
             crop.data()) == PIXELS_MISALIGNED);
  for (const int wrong : {0, -5, PIXELS_MAX_SIDE + 1}) {
    EXPECT(run(picture.data(), wrong, 3, inverse, crop.data()) == PIXELS_INVALID_SIZE);
    EXPECT(run(picture.data(), 4, wrong, inverse, crop.data()) == PIXELS_INVALID_SIZE);
  }
  for (int i = 0; i < 4; ++i) {
    for (const double wrong : {infinity, -infinity, not_a_number}) {
      const double kept = inverse[i];
      inverse[i] = wrong;
      EXPECT(run(picture.data(), 4, 3, inverse, crop.data()) == PIXELS_INVALID_OPTION);
      inverse[i] = kept;
    }
  }
}

void planes_errors() {
  pixels_plane_options options;
  EXPECT(pixels_plane_options_init(&options, sizeof options) == PIXELS_OK);
  EXPECT(pixels_plane_options_init(nullptr, sizeof options) == PIXELS_NULL_POINTER);
  EXPECT(pixels_plane_options_init(&options, 8) == PIXELS_UNSUPPORTED_OPTIONS);
  std::vector<std::uint8_t> picture(4 * 3 * 3);
  std::vector<float> planes(3 * 5 * 6);
  const auto run = [&](int width, int height, std::int64_t stride, int fit_width, int fit_height, int plane_width,
                       int plane_height) {
    return pixels_planes(&options, picture.data(), width, height, stride, fit_width, fit_height, planes.data(),
                         plane_width, plane_height);
  };
  EXPECT(run(4, 3, 12, 5, 4, 5, 6) == PIXELS_OK);
  EXPECT(pixels_planes(nullptr, picture.data(), 4, 3, 12, 5, 4, planes.data(), 5, 6) == PIXELS_NULL_POINTER);
  EXPECT(pixels_planes(&options, nullptr, 4, 3, 12, 5, 4, planes.data(), 5, 6) == PIXELS_NULL_POINTER);
  EXPECT(pixels_planes(&options, picture.data(), 4, 3, 12, 5, 4, nullptr, 5, 6) == PIXELS_NULL_POINTER);
  EXPECT(pixels_planes(&options, reinterpret_cast<std::uint8_t *>(planes.data()) + 4, 4, 3, 12, 5, 4, planes.data(), 5,
                       6) == PIXELS_OVERLAP);
  EXPECT(pixels_planes(&options, picture.data(), 4, 3, 12, 5, 3,
                       reinterpret_cast<float *>(reinterpret_cast<std::uintptr_t>(planes.data()) + 2), 5, 3) ==
         PIXELS_MISALIGNED);
  for (const int wrong : {0, -1, PIXELS_MAX_SIDE + 1}) {
    EXPECT(run(wrong, 3, 12, 5, 4, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, wrong, 12, 5, 4, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, 12, wrong, 4, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, 12, 5, wrong, 5, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, 12, 5, 4, wrong, 6) == PIXELS_INVALID_SIZE);
    EXPECT(run(4, 3, 12, 5, 4, 5, wrong) == PIXELS_INVALID_SIZE);
  }
  EXPECT(run(4, 3, 12, 6, 4, 5, 6) == PIXELS_INVALID_SIZE);
  EXPECT(run(4, 3, 12, 5, 7, 5, 6) == PIXELS_INVALID_SIZE);
  for (const std::int64_t stride : {std::int64_t{11}, std::int64_t{0}, std::int64_t{-12}, INT64_MIN, INT64_MAX}) {
    EXPECT(run(4, 3, stride, 5, 4, 5, 6) == PIXELS_INVALID_SIZE);
  }
  const auto with = [&](auto member, auto value) {
    pixels_plane_options changed = options;
    changed.*member = value;
    return pixels_planes(&changed, picture.data(), 4, 3, 12, 5, 4, planes.data(), 5, 6);
  };
  EXPECT(with(&pixels_plane_options::channel_order, 2) == PIXELS_INVALID_OPTION);
  EXPECT(with(&pixels_plane_options::reserved, 1) == PIXELS_UNSUPPORTED_OPTIONS);
  EXPECT(with(&pixels_plane_options::struct_size, 3u) == PIXELS_UNSUPPORTED_OPTIONS);
  for (const double wrong : {infinity, not_a_number}) {
    EXPECT(with(&pixels_plane_options::mean, wrong) == PIXELS_INVALID_OPTION);
    EXPECT(with(&pixels_plane_options::divisor, wrong) == PIXELS_INVALID_OPTION);
  }
  EXPECT(with(&pixels_plane_options::divisor, 0.0) == PIXELS_INVALID_OPTION);
  EXPECT(with(&pixels_plane_options::divisor, 5e-324) == PIXELS_INVALID_OPTION);
}

void grey_errors() {
  std::vector<std::uint8_t> picture(4 * 3 * 3);
  std::vector<float> grey(PIXELS_GREY_SIDE * PIXELS_GREY_SIDE);
  const auto run = [&](int width, int height, std::int64_t stride, const double (&box)[4], double divisor) {
    return pixels_grey_crop(picture.data(), width, height, stride, box, divisor, grey.data());
  };
  const double whole[4] = {0, 0, 4, 3};
  EXPECT(run(4, 3, 12, whole, 256) == PIXELS_OK);
  EXPECT(pixels_grey_crop(nullptr, 4, 3, 12, whole, 1, grey.data()) == PIXELS_NULL_POINTER);
  EXPECT(pixels_grey_crop(picture.data(), 4, 3, 12, nullptr, 1, grey.data()) == PIXELS_NULL_POINTER);
  EXPECT(pixels_grey_crop(picture.data(), 4, 3, 12, whole, 1, nullptr) == PIXELS_NULL_POINTER);
  EXPECT(pixels_grey_crop(reinterpret_cast<std::uint8_t *>(grey.data()), 4, 3, 12, whole, 1, grey.data()) ==
         PIXELS_OVERLAP);
  EXPECT(run(0, 3, 12, whole, 1) == PIXELS_INVALID_SIZE);
  EXPECT(run(4, PIXELS_MAX_SIDE + 1, 12, whole, 1) == PIXELS_INVALID_SIZE);
  EXPECT(run(4, 3, 11, whole, 1) == PIXELS_INVALID_SIZE);
  for (const double wrong : {0.0, infinity, not_a_number}) EXPECT(run(4, 3, 12, whole, wrong) == PIXELS_INVALID_OPTION);
  const double boxes[][4] = {{-0.1, 0, 4, 3}, {0, -0.1, 4, 3}, {0, 0, 4.1, 3}, {0, 0, 4, 3.1},
                             {2, 0, 2, 3},    {0, 2, 4, 1},    {not_a_number, 0, 4, 3}, {0, 0, 4, not_a_number},
                             {0, 0, infinity, 3}};
  for (const auto &box : boxes) EXPECT(run(4, 3, 12, box, 1) == PIXELS_INVALID_OPTION);
}

}  // namespace

int main() {
  test::group("letterbox", letterbox_errors);
  test::group("face", warp_errors);
  test::group("planes", planes_errors);
  test::group("grey crop", grey_errors);
  return test::finish();
}
