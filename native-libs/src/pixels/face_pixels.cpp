// SPDX-License-Identifier: Apache-2.0
#include "face_pixels.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "call_guard.h"
#include "compiler_name.h"
#include "grey_crop.h"
#include "letterbox.h"
#include "memory_regions.h"
#include "pixel_kernels.h"
#include "planes.h"
#include "sized_options.h"

// The border of the library: everything a caller can get wrong is found here, before any of its memory is read.

namespace face {
namespace {

static_assert(static_cast<int>(Status::overlap) == PIXELS_OVERLAP &&
                  static_cast<int>(Status::out_of_memory) == PIXELS_OUT_OF_MEMORY &&
                  static_cast<int>(Status::unsupported_options) == PIXELS_UNSUPPORTED_OPTIONS,
              "status numbers are part of the interface");
static_assert(face_side == PIXELS_FACE_SIDE && grey_side == PIXELS_GREY_SIDE, "sizes are part of the interface");

/// Size of pixels_plane_options when it was first released.
constexpr std::size_t first_options_size = 32;
static_assert(sizeof(pixels_plane_options) == first_options_size, "padding would differ between compilers");

pixels_plane_options default_options() noexcept {
  pixels_plane_options options = {};
  options.struct_size = sizeof options;
  options.channel_order = PIXELS_BGR;
  options.divisor = 1;
  return options;
}

bool valid_side(std::int32_t side) noexcept { return side >= 1 && side <= PIXELS_MAX_SIDE; }

/// @return false when a side is out of range.
[[nodiscard]] bool read_size(std::int32_t width, std::int32_t height, Size *size) noexcept {
  if (!valid_side(width) || !valid_side(height)) return false;
  *size = {static_cast<std::size_t>(width), static_cast<std::size_t>(height)};
  return true;
}

bool fits(const Size &size, const Size &room) noexcept {
  return size.width <= room.width && size.height <= room.height;
}

/// @return false when the stride is too short, or the picture longer than memory.
[[nodiscard]] bool picture_bytes(const Size &size, std::int64_t stride, std::size_t *bytes) noexcept {
  const std::size_t row = size.width * 3;
  return stride >= 0 && static_cast<std::uint64_t>(stride) >= row && static_cast<std::uint64_t>(stride) <= SIZE_MAX &&
         matrix_bytes(size.height, row, static_cast<std::size_t>(stride), 1, bytes);
}

Status letterbox(const std::uint8_t *rgb, const Size &picture, const Size &fit, std::uint8_t *frame,
                 const Size &room) noexcept {
  if (rgb == nullptr || frame == nullptr) return Status::null_pointer;
  std::size_t picture_size = 0;
  std::size_t frame_size = 0;
  if (!fits(fit, room) || !picture_bytes(picture, static_cast<std::int64_t>(picture.width * 3), &picture_size) ||
      !picture_bytes(room, static_cast<std::int64_t>(room.width * 3), &frame_size)) {
    return Status::invalid_size;
  }
  const Status status = check_regions({{rgb, picture_size, 1, false}, {frame, frame_size, 1, true}});
  if (status != Status::ok) return status;
  return draw_letterbox(best_pixel_kernels(), {rgb, picture, fit, frame, room});
}

Status warp_face(const std::uint8_t *rgb, const Size &picture, const double *inverse, std::uint8_t *crop) noexcept {
  if (rgb == nullptr || inverse == nullptr || crop == nullptr) return Status::null_pointer;
  std::size_t bytes = 0;
  if (!picture_bytes(picture, static_cast<std::int64_t>(picture.width * 3), &bytes)) return Status::invalid_size;
  const Status status = check_regions({{rgb, bytes, 1, false},
                                       {inverse, 4 * sizeof(double), alignof(double), false},
                                       {crop, face_side * face_side * 3, 1, true}});
  if (status != Status::ok) return status;
  for (std::size_t i = 0; i < 4; ++i) {
    if (!std::isfinite(inverse[i])) return Status::invalid_option;
  }
  best_pixel_kernels().warp({rgb, static_cast<std::int32_t>(picture.width), static_cast<std::int32_t>(picture.height),
                             inverse[0], inverse[1], inverse[2], inverse[3]},
                            crop);
  return Status::ok;
}

Status planes_of(const pixels_plane_options *given, const std::uint8_t *bgr, const Size &picture, std::int64_t stride,
                 const Size &fit, float *planes, const Size &room) noexcept {
  pixels_plane_options options = default_options();
  Status status = read_options(given, first_options_size, &options);
  if (status != Status::ok) return status;
  if (bgr == nullptr || planes == nullptr) return Status::null_pointer;
  if (options.reserved != 0) return Status::unsupported_options;
  if (options.channel_order != PIXELS_BGR && options.channel_order != PIXELS_RGB) return Status::invalid_option;
  // A divisor so small that its inverse is infinite is as good as 0.
  if (!std::isfinite(options.mean) || !std::isfinite(options.divisor) || !std::isfinite(1 / options.divisor)) {
    return Status::invalid_option;
  }
  std::size_t bytes = 0;
  std::size_t plane_bytes = 0;
  if (!fits(fit, room) || !picture_bytes(picture, stride, &bytes) ||
      !matrix_bytes(room.height, room.width, room.width, 3 * sizeof(float), &plane_bytes)) {
    return Status::invalid_size;
  }
  status = check_regions({{bgr, bytes, 1, false}, {planes, plane_bytes, alignof(float), true}});
  if (status != Status::ok) return status;
  return fill_planes(best_pixel_kernels(),
                     {bgr, picture, static_cast<std::size_t>(stride), fit, planes, room,
                      options.channel_order == PIXELS_RGB, options.mirrored != 0, options.mean, options.divisor});
}

bool inside(const Stretch &stretch, std::size_t side) noexcept {
  return stretch.from >= 0 && stretch.from < stretch.to && stretch.to <= static_cast<double>(side);
}

Status grey_crop(const std::uint8_t *bgr, const Size &picture, std::int64_t stride, const double *box, double divisor,
                 float *grey) noexcept {
  if (bgr == nullptr || box == nullptr || grey == nullptr) return Status::null_pointer;
  std::size_t bytes = 0;
  if (!picture_bytes(picture, stride, &bytes)) return Status::invalid_size;
  const Status status = check_regions({{bgr, bytes, 1, false},
                                       {box, 4 * sizeof(double), alignof(double), false},
                                       {grey, grey_side * grey_side * sizeof(float), alignof(float), true}});
  if (status != Status::ok) return status;
  const Stretch across = {box[0], box[2]};
  const Stretch down = {box[1], box[3]};
  if (!inside(across, picture.width) || !inside(down, picture.height)) return Status::invalid_option;
  if (!std::isfinite(divisor) || !std::isfinite(1 / divisor)) return Status::invalid_option;
  return crop_grey(best_pixel_kernels(),
                   {bgr, picture, static_cast<std::size_t>(stride), across, down, divisor, grey});
}

}  // namespace
}  // namespace face

extern "C" {

uint32_t pixels_abi_version(void) { return PIXELS_ABI_VERSION; }

const char *pixels_build_info(void) {
  // One complete text per level, because text put together at run time would need memory of its own.
#define FACE_BUILD_INFO(level) "face_pixels " FACE_VERSION "; " FACE_COMPILER_NAME "; " level
#if defined(FACE_X86_KERNELS)
  const face::PixelKernels &kernels = face::best_pixel_kernels();
  if (&kernels == &face::avx512_pixel_kernels) return FACE_BUILD_INFO("avx512");
  if (&kernels == &face::avx2_pixel_kernels) return FACE_BUILD_INFO("avx2");
#endif
  return FACE_BUILD_INFO("portable");
#undef FACE_BUILD_INFO
}

const char *pixels_status_text(int status) {
  switch (status) {
    case PIXELS_OK: return "success";
    case PIXELS_NULL_POINTER: return "a pointer is null";
    case PIXELS_INVALID_SIZE: return "a side or a stride is out of range, or a picture is larger than its frame";
    case PIXELS_INVALID_OPTION: return "a number is out of range or not finite";
    case PIXELS_MISALIGNED: return "a pointer is not aligned to the size of its elements";
    case PIXELS_OVERLAP: return "an output shares memory with an input";
    case PIXELS_OUT_OF_MEMORY: return "not enough working memory";
    case PIXELS_UNSUPPORTED_OPTIONS: return "the options struct is of a version this library does not know";
    default: return "unknown status";
  }
}

int pixels_plane_options_init(pixels_plane_options *options, size_t struct_size) {
  return static_cast<int>(
      face::write_defaults(face::default_options(), struct_size, face::first_options_size, options));
}

int pixels_letterbox(const uint8_t *rgb, int32_t width, int32_t height, int32_t fit_width, int32_t fit_height,
                     uint8_t *frame, int32_t frame_width, int32_t frame_height) {
  const face::CallGuard guard;
  face::Size picture = {};
  face::Size fit = {};
  face::Size room = {};
  if (!face::read_size(width, height, &picture) || !face::read_size(fit_width, fit_height, &fit) ||
      !face::read_size(frame_width, frame_height, &room)) {
    return PIXELS_INVALID_SIZE;
  }
  return static_cast<int>(face::letterbox(rgb, picture, fit, frame, room));
}

int pixels_warp_face(const uint8_t *rgb, int32_t width, int32_t height, const double *inverse, uint8_t *crop) {
  const face::CallGuard guard;
  face::Size picture = {};
  if (!face::read_size(width, height, &picture)) return PIXELS_INVALID_SIZE;
  return static_cast<int>(face::warp_face(rgb, picture, inverse, crop));
}

int pixels_planes(const pixels_plane_options *options, const uint8_t *bgr, int32_t width, int32_t height,
                  int64_t row_bytes, int32_t fit_width, int32_t fit_height, float *planes, int32_t plane_width,
                  int32_t plane_height) {
  const face::CallGuard guard;
  face::Size picture = {};
  face::Size fit = {};
  face::Size room = {};
  if (!face::read_size(width, height, &picture) || !face::read_size(fit_width, fit_height, &fit) ||
      !face::read_size(plane_width, plane_height, &room)) {
    return PIXELS_INVALID_SIZE;
  }
  return static_cast<int>(face::planes_of(options, bgr, picture, row_bytes, fit, planes, room));
}

int pixels_grey_crop(const uint8_t *bgr, int32_t width, int32_t height, int64_t row_bytes, const double *box,
                     double divisor, float *grey) {
  const face::CallGuard guard;
  face::Size picture = {};
  if (!face::read_size(width, height, &picture)) return PIXELS_INVALID_SIZE;
  return static_cast<int>(face::grey_crop(bgr, picture, row_bytes, box, divisor, grey));
}

}  // extern "C"
