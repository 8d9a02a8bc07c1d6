/* SPDX-License-Identifier: Apache-2.0
 *
 * libmerge_embeddings: one template from several embeddings.
 *
 * - The two views of one face, the aligned crop and its mirror image: merge_flip().
 * - The photos of one person: merge_embeddings(), plainly or weighted by how well the photos agree.
 * - The same, with photos that come and go: merge_template_add(), merge_template_remove(), merge_template_read().
 *
 * Every input is brought to unit length first, so its own length says nothing; every output has unit length.
 * All arithmetic is in double precision, and sums over photos are exact: see merge_embeddings().
 *
 * Rules of the whole interface
 * - Nothing is written but the outputs, whose content is undefined after an error (that of failed_row after
 *   success). The caller owns all memory. No call keeps a pointer.
 * - Every function may be called from any number of threads at once, with one rule for templates: while one thread
 *   adds to a template or removes from it, no other may use the same one. errno, the locale and the floating point
 *   modes stay as they were and have no influence on results. No exception, signal or abort leaves the library.
 * - Equal input gives bit-identical output, on every CPU.
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

/** What a call returns. merge_status_text() has a sentence for each. The numbers left out belong to errors that only
 *  the other libraries of this project have. */
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
  MERGE_ZERO_SUM = 10,           /* the rows cancel out, so the template has no direction */
  MERGE_DUPLICATE_ID = 13,       /* the template has a member with this id already */
  MERGE_UNKNOWN_ID = 14,         /* the template has no member with this id */
  MERGE_TEMPLATE_FULL = 15,      /* the template has as many members as its capacity */
  MERGE_EMPTY_TEMPLATE = 16,     /* the template has no members, so it has no direction */
  MERGE_INVALID_TEMPLATE = 17    /* the memory holds no template, a damaged one, or only a part of it */
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
   * all weights. A mean cosine up to 1e-12 counts as 0, which it may be but for rounding.
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
  /** Elements from the start of one row to the start of the next, >= dimension; 0 means dimension. Templates, which
   *  get their rows one by one, have no use for it. */
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
 *
 * The order of the rows has no influence, not by a bit: elements of unit vectors (and their products with weights) are
 * rounded to multiples of 2^-70, and the sums of those are exact. Working memory is at most 8 MB, plus something
 * linear in n.
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

/*
 * Templates whose members come and go
 *
 * A template keeps its members and their exact sum. What it says depends on the members it has now, and on nothing
 * else: after a photo was added and taken out again the result is what it would be had it never been there, bit for
 * bit, whatever was added and taken out meanwhile. It is also what merge_embeddings() makes of the same photos, in any
 * order, with the same options.
 *
 * The template lives in memory of the caller, so nothing can leak, and there is no handle that could be used after
 * its end: there is nothing to destroy. The memory holds no pointers. It may be moved and copied with memcpy(),
 * written to a file and read back, by this release or a later one of the same ABI version, on a machine of the same
 * byte order. Two templates with the same capacity, options and members, added in the same order, are equal byte by
 * byte; of a member that was taken out no byte is left.
 *
 * Each function is given the memory's size and looks at the template's own numbers before it trusts them, so memory
 * that is too short, was never initialised or was damaged is an error or gives a wrong result, never a crash.
 *
 * A call that fails leaves the template as it was.
 */

/**
 * How much memory a template takes: 32 + 8 (2 dimension + capacity (dimension + 1)) bytes.
 * @param options  see merge_options.
 * @param capacity how many members it has room for, 1..MERGE_MAX_ROWS.
 * @param bytes    receives the size.
 * @return MERGE_OK, MERGE_NULL_POINTER, MERGE_INVALID_SIZE, MERGE_INVALID_OPTION, MERGE_MISALIGNED or
 *         MERGE_UNSUPPORTED_OPTIONS.
 */
MERGE_API int merge_template_bytes(const merge_options *options, int32_t capacity, uint64_t *bytes);

/**
 * Makes an empty template.
 * @param options      element type, dimension and method hold for the template's life.
 * @param capacity     as for merge_template_bytes().
 * @param memory       aligned to 8 bytes; whatever it holds is overwritten.
 * @param memory_bytes at least what merge_template_bytes() says; bytes beyond that are not touched.
 * @return as merge_template_bytes(); MERGE_INVALID_SIZE also when the memory is too small.
 */
MERGE_API int merge_template_init(const merge_options *options, int32_t capacity, void *memory,
                                  uint64_t memory_bytes);

/**
 * Adds a photo. Takes time linear in the dimension and, for looking whether the id is new, in the number of members.
 * Allocates nothing.
 * @param memory       the template, and its size as at merge_template_init().
 * @param id           any number; it names the member from now on.
 * @param embedding    dimension elements of the template's element type.
 * @return MERGE_OK, MERGE_NULL_POINTER, MERGE_INVALID_SIZE, MERGE_MISALIGNED, MERGE_OVERLAP, MERGE_NON_FINITE,
 *         MERGE_ZERO_VECTOR, MERGE_DUPLICATE_ID, MERGE_TEMPLATE_FULL or MERGE_INVALID_TEMPLATE.
 */
MERGE_API int merge_template_add(void *memory, uint64_t memory_bytes, int64_t id, const void *embedding);

/**
 * Takes a photo out. The members behind it move up, so it takes time linear in the size of the template. Allocates
 * nothing.
 * @param memory as for merge_template_add().
 * @param id     of the member.
 * @return MERGE_OK, MERGE_NULL_POINTER, MERGE_INVALID_SIZE, MERGE_MISALIGNED, MERGE_UNKNOWN_ID or
 *         MERGE_INVALID_TEMPLATE.
 */
MERGE_API int merge_template_remove(void *memory, uint64_t memory_bytes, int64_t id);

/**
 * How many members a template has.
 * @param memory as for merge_template_add().
 * @param count  receives the number, 0..capacity.
 * @return MERGE_OK, MERGE_NULL_POINTER, MERGE_INVALID_SIZE, MERGE_MISALIGNED, MERGE_OVERLAP or
 *         MERGE_INVALID_TEMPLATE.
 */
MERGE_API int merge_template_count(const void *memory, uint64_t memory_bytes, int32_t *count);

/**
 * Merges the members of a template. With MERGE_MEAN it takes time linear in the dimension, whatever their number;
 * with MERGE_AGREEMENT it looks at every member. Working memory is linear in the dimension and in the number of
 * members.
 * @param memory   as for merge_template_add().
 * @param room     for how many members ids, weights and outliers have room: at least as many as the template has.
 *                 Ignored when all three are null.
 * @param merged   receives dimension elements of the template's element type, of unit length.
 * @param ids      null, or receives the ids, in the order in which the members were added.
 * @param weights  null, or receives the weights, in the same order, as merge_embeddings() gives them.
 * @param outliers null, or receives the flags, in the same order.
 * @return MERGE_OK, MERGE_NULL_POINTER, MERGE_INVALID_SIZE, MERGE_MISALIGNED, MERGE_OVERLAP, MERGE_OUT_OF_MEMORY,
 *         MERGE_ZERO_SUM, MERGE_EMPTY_TEMPLATE or MERGE_INVALID_TEMPLATE.
 */
MERGE_API int merge_template_read(const void *memory, uint64_t memory_bytes, int32_t room, void *merged, int64_t *ids,
                                  double *weights, uint8_t *outliers);

/**
 * Copies a template into memory with room for more members, or for fewer.
 * @param from       the template, and its size as at merge_template_init().
 * @param capacity   of the copy.
 * @param to         aligned to 8 bytes; whatever it holds is overwritten.
 * @param to_bytes   at least what merge_template_bytes() says for the new capacity.
 * @return MERGE_OK, MERGE_NULL_POINTER, MERGE_INVALID_SIZE, MERGE_MISALIGNED, MERGE_OVERLAP, MERGE_TEMPLATE_FULL
 *         when there are more members than that, or MERGE_INVALID_TEMPLATE.
 */
MERGE_API int merge_template_copy(const void *from, uint64_t from_bytes, int32_t capacity, void *to,
                                  uint64_t to_bytes);

#ifdef __cplusplus
}
#endif

#endif /* MERGE_EMBEDDINGS_H */
