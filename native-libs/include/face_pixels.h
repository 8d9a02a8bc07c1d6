/* SPDX-License-Identifier: Apache-2.0
 *
 * libface_pixels: the loops over pixels between a decoded photo and the tensors of the models.
 *
 * - A photo fitted into the fixed frame that the detector takes: pixels_letterbox().
 * - A face cut out of a photo, turned and scaled: pixels_warp_face().
 * - A picture as normalised channel planes, resized: pixels_planes().
 * - The grey crop of a box: pixels_grey_crop().
 *
 * Pictures are rows from the top, pixels from the left, three bytes a pixel: RGB as decoders give them, or BGR as the
 * models of this project want them.
 *
 * Rules of the whole interface
 * - Nothing is written but the outputs, whose content is undefined after an error. The caller owns all memory and is
 *   free to use it again. No call keeps a pointer; working memory is some rows of the picture, never all of it.
 * - Every function may be called from any number of threads at once. errno, the locale and the floating point
 *   modes stay as they were. No exception, signal or abort leaves the library.
 * - Equal input gives bit-identical output, whatever vector instructions the CPU has.
 */
#ifndef FACE_PIXELS_H
#define FACE_PIXELS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PIXELS_API __attribute__((visibility("default")))
#else
#define PIXELS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this interface. It grows by one when a symbol or a struct member changes its meaning; additions
 *  (new functions, new members at the end of a struct, new status codes) leave it as it is. */
#define PIXELS_ABI_VERSION 1

/** Largest side of a picture or a frame, in pixels. */
#define PIXELS_MAX_SIDE 1073741824
/** Side of an aligned face, in pixels. */
#define PIXELS_FACE_SIDE 112
/** Side of a grey crop, in pixels. */
#define PIXELS_GREY_SIDE 64

/** What a call returns. pixels_status_text() has a sentence for each. The numbers left out belong to errors that
 *  only the other libraries of this project have. */
enum pixels_status {
  PIXELS_OK = 0,
  PIXELS_NULL_POINTER = 1,       /* a pointer is null */
  PIXELS_INVALID_SIZE = 2,       /* a side or a stride is out of range, or a picture is larger than its frame */
  PIXELS_INVALID_OPTION = 3,     /* another number is out of range or not finite */
  PIXELS_MISALIGNED = 4,         /* a pointer is not a multiple of its element's size */
  PIXELS_OVERLAP = 5,            /* an output shares memory with an input */
  PIXELS_OUT_OF_MEMORY = 8,      /* working memory could not be had */
  PIXELS_UNSUPPORTED_OPTIONS = 9 /* struct_size fits no version this library knows, or unknown members are set */
};

/** Order of the planes that pixels_planes() writes. */
enum pixels_channel_order { PIXELS_BGR = 0, PIXELS_RGB = 1 };

/** Options of pixels_planes(). Fill it with pixels_plane_options_init(), then change what differs. */
typedef struct pixels_plane_options {
  /** sizeof(pixels_plane_options) of the caller. */
  uint32_t struct_size;
  /** pixels_channel_order. Default PIXELS_BGR. */
  int32_t channel_order;
  /** Not 0 to exchange left and right. Default 0. */
  int32_t mirrored;
  /** Must be 0. */
  int32_t reserved;
  /** A plane holds (pixel - mean) / divisor for pixels 0..255. Finite; defaults 0 and 1. divisor is not 0. */
  double mean;
  double divisor;
} pixels_plane_options;

/** PIXELS_ABI_VERSION of the library, to compare with that of the header. */
PIXELS_API uint32_t pixels_abi_version(void);

/** Release, compiler and vector instructions in use, as in "face_pixels 1.0.0; gcc 12.2.0; avx2". Static text, never
 *  null. */
PIXELS_API const char *pixels_build_info(void);

/** A sentence for a person about a pixels_status. Static text, never null, also for unknown values. */
PIXELS_API const char *pixels_status_text(int status);

/**
 * Sets the defaults named at each member.
 * @param options     receives them.
 * @param struct_size sizeof(pixels_plane_options) of the caller.
 * @return PIXELS_OK, PIXELS_NULL_POINTER, PIXELS_MISALIGNED or PIXELS_UNSUPPORTED_OPTIONS.
 */
PIXELS_API int pixels_plane_options_init(pixels_plane_options *options, size_t struct_size);

/**
 * Draws an RGB picture, resized, into the top left of a BGR frame. Every byte of the frame is written: 0 beside and
 * below the picture.
 *
 * Bilinear with pixel centres at the half, as OpenCV's INTER_LINEAR; weights are rounded to 256ths and values after
 * each direction, so a result is within 2 of exact arithmetic. Made for enlarging and for reducing to not less than
 * half: beyond that it skips pixels. At equal size pixels are copied.
 *
 * @param rgb          height * width * 3 bytes.
 * @param width        1..PIXELS_MAX_SIDE, and so are all sides.
 * @param fit_width    of the picture in the frame, <= frame_width.
 * @param fit_height   of the picture in the frame, <= frame_height.
 * @param frame        receives frame_height * frame_width * 3 bytes, BGR.
 * @return a pixels_status.
 */
PIXELS_API int pixels_letterbox(const uint8_t *rgb, int32_t width, int32_t height, int32_t fit_width,
                                int32_t fit_height, uint8_t *frame, int32_t frame_width, int32_t frame_height);

/**
 * Cuts a face out of an RGB picture: for every pixel (x, y) of the crop the picture is read at
 *
 *     (a x - b y + dx, b x + a y + dy)
 *
 * bilinear, with 0 outside of the picture, as OpenCV's warpAffine with INTER_LINEAR, WARP_INVERSE_MAP and a constant
 * border. Whole coordinates are the middles of pixels.
 *
 * @param rgb     height * width * 3 bytes.
 * @param width   1..PIXELS_MAX_SIDE, as height.
 * @param inverse a, b, dx, dy: from the crop's pixels to the picture's. Finite.
 * @param crop    receives PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3 bytes, BGR.
 * @return a pixels_status.
 */
PIXELS_API int pixels_warp_face(const uint8_t *rgb, int32_t width, int32_t height, const double *inverse,
                                uint8_t *crop);

/**
 * Writes a BGR picture, scaled to fit_width x fit_height, into the top left corner of three normalised planes. What
 * the picture does not cover is left as it is.
 *
 * Scaling down halves (means of 2x2 pixels, rounded to the nearest; an odd last row or column is left out) as long as
 * both sides allow it, then goes bilinear: close to a true area mean at a fraction of its cost. Pixel centres lie at
 * the half.
 *
 * @param options      see pixels_plane_options.
 * @param bgr          the picture's first byte.
 * @param width        1..PIXELS_MAX_SIDE, and so are all sides.
 * @param row_bytes    from one row to the next, >= width * 3.
 * @param fit_width    <= plane_width.
 * @param fit_height   <= plane_height.
 * @param planes       [3, plane_height, plane_width].
 * @return a pixels_status.
 */
PIXELS_API int pixels_planes(const pixels_plane_options *options, const uint8_t *bgr, int32_t width, int32_t height,
                             int64_t row_bytes, int32_t fit_width, int32_t fit_height, float *planes,
                             int32_t plane_width, int32_t plane_height);

/**
 * Samples a box of a BGR picture as PIXELS_GREY_SIDE * PIXELS_GREY_SIDE grey values: ITU-R BT.601, by R. Keys' cubic
 * convolution (1981) with a = -1 in both directions, clamped to 0..255. The border repeats.
 *
 * @param bgr       the picture's first byte.
 * @param width     1..PIXELS_MAX_SIDE, as height.
 * @param row_bytes from one row to the next, >= width * 3.
 * @param box       left, top, right, bottom in pixels, origin at the corner of the top left pixel;
 *                  0 <= left < right <= width, 0 <= top < bottom <= height.
 * @param divisor   what the values are divided by. Finite, not 0.
 * @param grey      receives PIXELS_GREY_SIDE rows of PIXELS_GREY_SIDE floats.
 * @return a pixels_status.
 */
PIXELS_API int pixels_grey_crop(const uint8_t *bgr, int32_t width, int32_t height, int64_t row_bytes,
                                const double *box, double divisor, float *grey);

#ifdef __cplusplus
}
#endif

#endif /* FACE_PIXELS_H */
