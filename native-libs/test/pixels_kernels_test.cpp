// SPDX-License-Identifier: Apache-2.0
//
// Each level of vector instructions that this CPU can run, forced in turn, gives the same bits.

#include <cstdio>

#include "check.h"
#include "pixels/grey_crop.h"
#include "pixels/letterbox.h"
#include "pixels/planes.h"
#include "random_pictures.h"

namespace {

using test::Bytes;
using test::Picture;
using test::RandomPictures;

face::Size size_of(const Picture &picture) {
  return {static_cast<std::size_t>(picture.width), static_cast<std::size_t>(picture.height)};
}

/// Runs `draw(kernels)` on every level and expects what the portable one gives.
template <class Draw>
void expect_equal(const Draw &draw) {
  const face::PixelKernelChoice choice = face::runnable_pixel_kernels();
  const auto floor = draw(*choice.levels[0]);
  for (std::size_t level = 1; level < choice.count; ++level) EXPECT(draw(*choice.levels[level]) == floor);
}

void letterboxes_agree() {
  RandomPictures random(11);
  for (int round = 0; round < 150; ++round) {
    const Picture picture = random.picture(random.between(1, 90), random.between(1, 40));
    const face::Size fit = {static_cast<std::size_t>(round % 3 == 0 ? picture.width : random.between(1, 90)),
                            static_cast<std::size_t>(round % 3 == 0 ? picture.height : random.between(1, 40))};
    const face::Size room = {fit.width + static_cast<std::size_t>(round % 4), fit.height + 1};
    expect_equal([&](const face::PixelKernels &kernels) {
      Bytes frame(room.width * room.height * 3, 1);
      EXPECT(face::draw_letterbox(kernels, {picture.bytes.data(), size_of(picture), fit, frame.data(), room}) ==
             face::Status::ok);
      return frame;
    });
  }
}

void faces_agree() {
  RandomPictures random(12);
  for (int round = 0; round < 100; ++round) {
    const Picture picture = random.picture(random.between(1, 160), random.between(1, 160));
    const face::FaceWarp warp = {picture.bytes.data(),       picture.width,
                                 picture.height,             random.between(-1.5, 1.5),
                                 random.between(-1.5, 1.5),  random.between(-50.0, 150.0),
                                 random.between(-50.0, 150.0)};
    expect_equal([&](const face::PixelKernels &kernels) {
      Bytes crop(face::face_side * face::face_side * 3);
      kernels.warp(warp, crop.data());
      return crop;
    });
  }
}

void planes_agree() {
  RandomPictures random(13);
  for (int round = 0; round < 150; ++round) {
    const Picture picture = random.picture(random.between(1, 120), random.between(1, 120), round % 3);
    const face::Size fit = {static_cast<std::size_t>(random.between(1, 70)),
                            static_cast<std::size_t>(random.between(1, 70))};
    expect_equal([&](const face::PixelKernels &kernels) {
      std::vector<float> planes(3 * fit.width * fit.height);
      EXPECT(face::fill_planes(kernels, {picture.bytes.data(), size_of(picture),
                                         static_cast<std::size_t>(picture.stride), fit, planes.data(), fit,
                                         round % 2 == 0, round % 5 == 0, 127.5, 128}) == face::Status::ok);
      return planes;
    });
  }
}

void grey_crops_agree() {
  RandomPictures random(14);
  for (int round = 0; round < 60; ++round) {
    const Picture picture = random.picture(random.between(1, 150), random.between(1, 150));
    const face::Stretch across = {0, random.between(0.1, picture.width + 0.0)};
    const face::Stretch down = {random.between(0.0, picture.height - 0.1), picture.height + 0.0};
    expect_equal([&](const face::PixelKernels &kernels) {
      std::vector<float> grey(face::grey_side * face::grey_side);
      EXPECT(face::crop_grey(kernels, {picture.bytes.data(), size_of(picture),
                                       static_cast<std::size_t>(picture.stride), across, down, 256, grey.data()}) ==
             face::Status::ok);
      return grey;
    });
  }
}

}  // namespace

int main() {
  const face::PixelKernelChoice choice = face::runnable_pixel_kernels();
  for (std::size_t level = 0; level < choice.count; ++level) std::printf("level %s\n", choice.levels[level]->name);
  EXPECT(&face::best_pixel_kernels() == choice.levels[choice.count - 1]);
  test::group("letterboxes agree", letterboxes_agree);
  test::group("faces agree", faces_agree);
  test::group("planes agree", planes_agree);
  test::group("grey crops agree", grey_crops_agree);
  return test::finish();
}
