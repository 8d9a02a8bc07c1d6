// SPDX-License-Identifier: Apache-2.0
//
// Results of libface_pixels against the plain reference. All memory is exactly as long as the interface says, so that
// the address sanitizer sees every byte read or written beyond.

#include <cstring>

#include "check.h"
#include "face_pixels.h"
#include "random_pictures.h"

namespace {

using test::Bytes;
using test::Picture;
using test::RandomPictures;

Bytes letterbox(const Picture &picture, int fit_width, int fit_height, int width, int height) {
  Bytes frame(static_cast<std::size_t>(width * height * 3), 77);
  EXPECT(pixels_letterbox(picture.bytes.data(), picture.width, picture.height, fit_width, fit_height, frame.data(),
                          width, height) == PIXELS_OK);
  return frame;
}

void letterbox_equals_reference() {
  RandomPictures random(1);
  for (int round = 0; round < 300; ++round) {
    const int limit = round < 150 ? 9 : 70;
    const Picture picture = random.picture(random.between(1, limit), random.between(1, limit));
    const int fit_width = random.between(1, limit);
    const int fit_height = random.between(1, limit);
    const int width = fit_width + random.between(0, 5);
    const int height = fit_height + random.between(0, 5);
    const Bytes frame = letterbox(picture, fit_width, fit_height, width, height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        for (int channel = 0; channel < 3; ++channel) {
          const double got = frame[static_cast<std::size_t>((y * width + x) * 3 + channel)];
          const bool inside = x < fit_width && y < fit_height;
          const double wanted = inside ? test::resized(picture, fit_width, fit_height, x, y, 2 - channel) : 0;
          EXPECT_NEAR(got, wanted, inside ? 2 : 0);
        }
      }
    }
  }
}

void letterbox_copies() {
  RandomPictures random(2);
  for (int side = 1; side < 40; ++side) {
    const Picture picture = random.picture(side, 3);
    const Bytes frame = letterbox(picture, side, 3, side, 3);
    for (std::size_t i = 0; i < frame.size(); i += 3) {
      EXPECT(frame[i] == picture.bytes[i + 2] && frame[i + 1] == picture.bytes[i + 1] &&
             frame[i + 2] == picture.bytes[i]);
    }
  }
}

void one_colour_stays() {
  for (const int level : {0, 1, 127, 254, 255}) {
    Picture picture = {31, 17, 93, Bytes(31 * 17 * 3, static_cast<std::uint8_t>(level))};
    EXPECT((letterbox(picture, 50, 16, 50, 16) == Bytes(50 * 16 * 3, static_cast<std::uint8_t>(level))));
  }
}

void warp_equals_reference() {
  RandomPictures random(3);
  Bytes crop(PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3);
  for (int round = 0; round < 200; ++round) {
    const Picture picture = random.picture(random.between(1, 200), random.between(1, 200));
    const double inverse[] = {random.between(-2.0, 2.0), random.between(-2.0, 2.0), random.between(-100.0, 250.0),
                              random.between(-100.0, 250.0)};
    EXPECT(pixels_warp_face(picture.bytes.data(), picture.width, picture.height, inverse, crop.data()) == PIXELS_OK);
    for (int y = 0; y < PIXELS_FACE_SIDE; ++y) {
      for (int x = 0; x < PIXELS_FACE_SIDE; ++x) {
        const double across = inverse[0] * x - inverse[1] * y + inverse[2];
        const double down = inverse[1] * x + inverse[0] * y + inverse[3];
        for (int channel = 0; channel < 3; ++channel) {
          const double got = crop[static_cast<std::size_t>((y * PIXELS_FACE_SIDE + x) * 3 + channel)];
          EXPECT_NEAR(got, test::bilinear(picture, across, down, 2 - channel), 0.501);
        }
      }
    }
  }
}

void warp_of_nowhere_is_black() {
  RandomPictures random(4);
  const Picture picture = random.picture(20, 20);
  const double places[][4] = {{1, 0, -200, 0},         {1, 0, 0, 1e9},      {1e308, 1e308, 1e308, 1e308},
                              {1e308, -1e308, 0, -1},  {0, 0, 20, 5},       {0, 0, -1, 5},
                              {0, 0, 1e300, 1e300},    {0, 0, 5, -1e300},   {-1e308, 1e308, -1, -1}};
  for (const auto &inverse : places) {
    Bytes crop(PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3, 9);
    EXPECT(pixels_warp_face(picture.bytes.data(), 20, 20, inverse, crop.data()) == PIXELS_OK);
    EXPECT((std::all_of(crop.begin(), crop.end(), [](int byte) { return byte == 0; })));
  }
}

struct PlaneCall {
  int fit_width;
  int fit_height;
  int width;
  int height;
  pixels_plane_options options;
};

std::vector<float> planes_of(const Picture &picture, const PlaneCall &call) {
  std::vector<float> planes(static_cast<std::size_t>(3 * call.width * call.height), -777);
  EXPECT(pixels_planes(&call.options, picture.bytes.data(), picture.width, picture.height, picture.stride,
                       call.fit_width, call.fit_height, planes.data(), call.width, call.height) == PIXELS_OK);
  return planes;
}

void expect_planes(const Picture &picture, const PlaneCall &call) {
  const std::vector<float> planes = planes_of(picture, call);
  Picture source = picture;
  while (source.width >= 2 * call.fit_width && source.height >= 2 * call.fit_height) source = test::halved(source);
  const pixels_plane_options &options = call.options;
  for (int plane = 0; plane < 3; ++plane) {
    const int channel = options.channel_order == PIXELS_RGB ? 2 - plane : plane;
    for (int y = 0; y < call.height; ++y) {
      for (int x = 0; x < call.width; ++x) {
        const float got = planes[static_cast<std::size_t>((plane * call.height + y) * call.width + x)];
        if (x >= call.fit_width || y >= call.fit_height) {
          EXPECT(got == -777);
          continue;
        }
        const int column = options.mirrored != 0 ? call.fit_width - 1 - x : x;
        const double pixel = test::resized(source, call.fit_width, call.fit_height, column, y, channel);
        EXPECT_NEAR(static_cast<double>(got), (pixel - options.mean) / options.divisor, 1e-4);
      }
    }
  }
}

pixels_plane_options default_options() {
  pixels_plane_options options;
  EXPECT(pixels_plane_options_init(&options, sizeof options) == PIXELS_OK);
  return options;
}

void planes_equal_reference() {
  RandomPictures random(5);
  for (int round = 0; round < 300; ++round) {
    const int limit = round < 150 ? 12 : 90;
    const Picture picture = random.picture(random.between(1, limit), random.between(1, limit), random.between(0, 7));
    PlaneCall call = {};
    call.fit_width = random.between(1, round % 2 == 0 ? limit : 10);
    call.fit_height = random.between(1, round % 2 == 0 ? limit : 10);
    call.width = call.fit_width + random.between(0, 3);
    call.height = call.fit_height + random.between(0, 3);
    call.options = default_options();
    call.options.channel_order = random.between(0, 1);
    call.options.mirrored = random.between(0, 1);
    call.options.mean = random.between(0.0, 128.0);
    call.options.divisor = random.between(1.0, 256.0);
    expect_planes(picture, call);
  }
}

void planes_of_equal_size_are_exact() {
  RandomPictures random(6);
  const Picture face = random.picture(112, 112);
  PlaneCall call = {112, 112, 112, 112, default_options()};
  const std::vector<float> plain = planes_of(face, call);
  call.options.mirrored = 1;
  const std::vector<float> mirrored = planes_of(face, call);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const std::size_t pixel = i % (112 * 112);
    EXPECT(plain[i] == static_cast<float>(face.bytes[3 * pixel + i / (112 * 112)]));
    EXPECT(mirrored[i] == plain[i / 112 * 112 + 111 - i % 112]);
  }
}

void grey_equals_reference() {
  RandomPictures random(7);
  std::vector<float> grey(PIXELS_GREY_SIDE * PIXELS_GREY_SIDE);
  for (int round = 0; round < 60; ++round) {
    const int limit = round < 30 ? 6 : 200;
    const Picture picture = random.picture(random.between(1, limit), random.between(1, limit), random.between(0, 7));
    const bool whole = round % 5 == 0;
    const double left = whole ? 0 : random.between(0.0, picture.width - 0.01);
    const double top = whole ? 0 : random.between(0.0, picture.height - 0.01);
    const double box[] = {left, top, whole ? picture.width : random.between(left + 0.001, picture.width + 0.0),
                          whole ? picture.height : random.between(top + 0.001, picture.height + 0.0)};
    EXPECT(pixels_grey_crop(picture.bytes.data(), picture.width, picture.height, picture.stride, box, 256,
                            grey.data()) == PIXELS_OK);
    for (int y = 0; y < PIXELS_GREY_SIDE; ++y) {
      for (int x = 0; x < PIXELS_GREY_SIDE; ++x) {
        const auto place = [](double from, double to, int index) {
          return from + (index + 0.5) * (to - from) / PIXELS_GREY_SIDE - 0.5;
        };
        const double wanted = test::grey_at(picture, place(box[0], box[2], x), place(box[1], box[3], y)) / 256;
        EXPECT_NEAR(static_cast<double>(grey[static_cast<std::size_t>(y * PIXELS_GREY_SIDE + x)]), wanted, 1e-5);
      }
    }
  }
}

void texts() {
  EXPECT(pixels_abi_version() == PIXELS_ABI_VERSION);
  EXPECT(std::strstr(pixels_build_info(), "face_pixels 1.") == pixels_build_info());
  for (const int status : {PIXELS_OK, PIXELS_NULL_POINTER, PIXELS_INVALID_SIZE, PIXELS_INVALID_OPTION,
                           PIXELS_MISALIGNED, PIXELS_OVERLAP, PIXELS_OUT_OF_MEMORY, PIXELS_UNSUPPORTED_OPTIONS}) {
    EXPECT(std::strcmp(pixels_status_text(status), "unknown status") != 0);
  }
  for (const int status : {-1, 6, 7, 10}) EXPECT(std::strcmp(pixels_status_text(status), "unknown status") == 0);
}

}  // namespace

int main() {
  test::group("a letterbox equals the reference", letterbox_equals_reference);
  test::group("a letterbox of equal size is a copy", letterbox_copies);
  test::group("one colour stays one colour", one_colour_stays);
  test::group("a face equals the reference", warp_equals_reference);
  test::group("a face outside of the picture is black", warp_of_nowhere_is_black);
  test::group("planes equal the reference", planes_equal_reference);
  test::group("planes of equal size are exact", planes_of_equal_size_are_exact);
  test::group("a grey crop equals the reference", grey_equals_reference);
  test::group("texts", texts);
  return test::finish();
}
