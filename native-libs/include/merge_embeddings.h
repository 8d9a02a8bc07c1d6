/* SPDX-License-Identifier: Apache-2.0
 *
 * libmerge_embeddings: one template from several embeddings.
 *
 * - The two views of one face, the aligned crop and its mirror image: merge_flip().
 * - The photos of one person: merge_embeddings(), plainly or weighted by how well the photos agree.
 *
 * Every input is brought to unit length first, so its own length says nothing; every output has unit length.
 * All arithmetic is in double precision.
 *
 * Rules of the whole interface
 * - Nothing is written but the outputs, whose content is undefined after an error (that of failed_row after
 *   success). The caller owns all memory. No call keeps a pointer.
 * - Every function may be called from any number of threads at once. errno, the locale and the floating point
 *   modes stay as they were. No exception, signal or abort leaves the library.
 * - Equal input gives bit-identical output.
 */
#ifndef MERGE_EMBEDDINGS_H
#define MERGE_EMBEDDINGS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MERGE_API __attribute__((visibility("default")))
#else
#define MERGE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this interface. It grows by one when a symbol or a struct member changes its meaning; additions
 *  (new functions, new members at the end of a struct, new status codes) leave it as it is. */
#define MERGE_ABI_VERSION 1

/** Largest dimension of an input row. */
#define MERGE_MAX_DIMENSION 4096
/** Largest number of rows of a call. */
#define MERGE_MAX_ROWS 100000

/** What a call returns. merge_status_text() has a sentence for each. */
enum merge_status {
  MERGE_OK = 0,
  MERGE_NULL_POINTER = 1,        /* a pointer that is not optional is null */
  MERGE_INVALID_SIZE = 2,        /* count, dimension or stride out of range, or their product overflows */
  MERGE_INVALID_OPTION = 3,      /* another option is out of range */
  MERGE_MISALIGNED = 4,          /* a pointer is not a multiple of its element's size */
  MERGE_OVERLAP = 5,             /* an output shares memory with an input or with another output */
  MERGE_NON_FINITE = 6,          /* a row holds a NaN or an infinity */
  MERGE_ZERO_VECTOR = 7,         /* a row has length 0, so it has no direction */
  MERGE_OUT_OF_MEMORY = 8,       /* working memory could not be had */
  MERGE_UNSUPPORTED_OPTIONS = 9, /* struct_size fits no version this library knows, or unknown members are set */
  MERGE_ZERO_SUM = 10            /* the rows cancel out, so the template has no direction */
};

/** Type of the elements of embeddings and of the template. */
enum merge_element_type { MERGE_FLOAT32 = 1, MERGE_FLOAT64 = 2 };

/** How the photos of one person become one template. */
enum merge_method {
  /** The sum of the unit vectors, brought to unit length. Every weight is 1, no member is an outlier. */
  MERGE_MEAN = 0,
  /**
   * weight_i = max(0, mean cosine of i to the other members), template = unit(sum_i weight_i u_i): a wrong photo
   * among right ones has hardly any say. An outlier is a member whose weight is 0 or less than half the median of
   * all weights.
   * One or two members cannot outvote each other and are merged as with MERGE_MEAN. When all weights are 0 nothing
   * agrees with anything: the plain mean, weights 0 and every member an outlier.
   */
  MERGE_AGREEMENT = 1
};

/** How the two views of a face become one embedding. */
enum merge_flip_mode {
  MERGE_FLIP_MEAN = 1,  /* unit(unit(a) + unit(b)), dimension elements */
  MERGE_FLIP_CONCAT = 2 /* (unit(a), unit(b)) / sqrt(2), 2 * dimension elements */
};

/** Options of merge_embeddings(). Fill it with merge_options_init(), then change what differs. */
typedef struct merge_options {
  /** sizeof(merge_options) of the caller. */
  uint32_t struct_size;
  /** merge_element_type. Default MERGE_FLOAT32. */
  int32_t element_type;
  /** Elements of an embedding, 1..MERGE_MAX_DIMENSION. Default 0, which is refused: it must be set. */
  int32_t dimension;
  /** merge_method. Default MERGE_AGREEMENT. */
  int32_t method;
  /** Elements from the start of one row to the start of the next, >= dimension; 0 means dimension. */
  int64_t row_stride;
} merge_options;

/** MERGE_ABI_VERSION of the library, to compare with that of the header. */
MERGE_API uint32_t merge_abi_version(void);

/** Release and compiler, as in "merge_embeddings 1.0.0; gcc 12.2.0". Static text, never null. */
MERGE_API const char *merge_build_info(void);

/** A sentence for a person about a merge_status. Static text, never null, also for unknown values. */
MERGE_API const char *merge_status_text(int status);

/**
 * Sets the defaults named at each member.
 * @param options     receives them.
 * @param struct_size sizeof(merge_options) of the caller.
 * @return MERGE_OK, MERGE_NULL_POINTER, MERGE_MISALIGNED or MERGE_UNSUPPORTED_OPTIONS.
 */
MERGE_API int merge_options_init(merge_options *options, size_t struct_size);

/**
 * Merges the photos of one person into one template.
 * @param options        see merge_options.
 * @param embeddings     num_embeddings rows, row_stride elements apart, of options->element_type.
 * @param num_embeddings n, 1..MERGE_MAX_ROWS.
 * @param merged         receives dimension elements of options->element_type, of unit length.
 * @param weights        null, or receives n weights in [0, 1], as in merge_method.
 * @param outliers       null, or receives n flags, 1 for an outlier.
 * @param failed_row     null, or receives the first row (from 0) that MERGE_NON_FINITE or MERGE_ZERO_VECTOR is
 *                       about, and -1 with any other error.
 * @return a merge_status. MERGE_ZERO_SUM when the weighted sum is shorter than 1e-6 times the sum of the weights.
 */
MERGE_API int merge_embeddings(const merge_options *options, const void *embeddings, int32_t num_embeddings,
                               void *merged, double *weights, uint8_t *outliers, int32_t *failed_row);

/**
 * Merges the two views of each face of a batch.
 * @param mode       merge_flip_mode.
 * @param views      num_faces rows of dimension floats without gaps: the aligned crops.
 * @param mirrored   the same of their mirror images, in the same order.
 * @param num_faces  1..MERGE_MAX_ROWS.
 * @param dimension  1..MERGE_MAX_DIMENSION.
 * @param merged     receives num_faces rows of dimension (mean) or 2 * dimension (concat) floats, of unit length.
 * @param failed_row null, or receives the first face (from 0) that MERGE_NON_FINITE, MERGE_ZERO_VECTOR or
 *                   MERGE_ZERO_SUM is about, and -1 with any other error.
 * @return a merge_status.
 */
MERGE_API int merge_flip(int32_t mode, const float *views, const float *mirrored, int32_t num_faces,
                         int32_t dimension, float *merged, int32_t *failed_row);

#ifdef __cplusplus
}
#endif

#endif /* MERGE_EMBEDDINGS_H */
