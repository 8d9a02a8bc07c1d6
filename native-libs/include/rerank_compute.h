/* SPDX-License-Identifier: Apache-2.0
 *
 * librerank_compute: calibrated scores for the candidates of a face search.
 *
 * Input are a query embedding q and K candidate embeddings c_1..c_K of one dimension D, as a vector search
 * returned them. Output is one score in [0, 1] per candidate, in input order, meant as
 * P(candidate shows the person of the query). With q and c_j brought to unit length:
 *
 *     s_j = q.c_j ;  C_ij = c_i.c_j ;  theta = clamp(threshold, .5, .95)
 *     lo   = tau + ln(theta / (1 - theta)) / alpha
 *     w_ij = clamp(alpha (C_ij - lo) / 5, 0, 1)   for i != j ;   w_jj = 1
 *     T_j  = sum_i w_ij c_i ;   t_j = q.T_j / |T_j|
 *     x_j  = max(s_j, t_j)
 *     score_j = 1 / (1 + exp(-(alpha (x_j - tau) - ln(N / n_cal)))) ;   x_j >= 1 - 1e-9 gives exactly 1
 *
 * Candidates that look like one person thus vote for each other: what counts is the better one of a candidate's
 * own cosine and that of the template its photos form. alpha and tau are a logistic fitted on pairs of the
 * embedding model (slope and the cosine of an even chance), n_cal the number of impostors per genuine pair in
 * that fit, N the number of vectors in the searched collection.
 *
 * Rules of the whole interface
 * - Nothing is written but the outputs, whose content is undefined after an error. The caller owns all memory. No
 *   call keeps a pointer. Working memory is linear in K and, unless the caller gave it, released before the call
 *   returns.
 * - Every function may be called from any number of threads at once. errno, the locale and the floating point
 *   modes stay as they were. No exception, signal or abort leaves the library.
 * - Equal input gives bit-identical output on the same CPU, with any number of threads. Different CPUs round single
 *   precision alike and agree within 1e-6, mostly within 1e-12.
 * - Cosines to the query are computed in double precision. The votes of calibrations up to alpha = 32 use single
 *   precision where many candidates are alike, which changes a score by less than 1e-6 (5e-6 for rows whose
 *   roundings all go one way); float32 and float64 rows agree within 1e-5.
 * - A candidate with a NaN or an infinity, or with nothing but zeros, gets score 0 and cosine 0 and never votes.
 *   Such a query is an error.
 */
#ifndef RERANK_COMPUTE_H
#define RERANK_COMPUTE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define RERANK_API __attribute__((visibility("default")))
#else
#define RERANK_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this interface. It grows by one when a symbol or a struct member changes its meaning; additions
 *  (new functions, new members at the end of a struct, new status codes) leave it as it is. */
#define RERANK_ABI_VERSION 1

/** Elements of a row of compute_rerank_scores_from_embeddings(). */
#define RERANK_LEGACY_DIMENSION 1024
/** Largest dimension of rerank_scores(). */
#define RERANK_MAX_DIMENSION 4096
/** Largest number of candidates of a call. Time grows with its square. */
#define RERANK_MAX_CANDIDATES 100000
/** Largest number of queries of rerank_scores_batch(). */
#define RERANK_MAX_QUERIES 1000
/** Largest number of threads of a pool. */
#define RERANK_MAX_THREADS 256

/** What a call returns. rerank_status_text() has a sentence for each. */
enum rerank_status {
  RERANK_OK = 0,
  RERANK_NULL_POINTER = 1,        /* a pointer that is not optional is null */
  RERANK_INVALID_SIZE = 2,        /* count, dimension or stride out of range, or their product overflows */
  RERANK_INVALID_OPTION = 3,      /* another option is out of range */
  RERANK_MISALIGNED = 4,          /* a pointer is not a multiple of its element's size */
  RERANK_OVERLAP = 5,             /* an output shares memory with an input or with another output */
  RERANK_NON_FINITE_QUERY = 6,    /* the query holds a NaN or an infinity */
  RERANK_ZERO_QUERY = 7,          /* the query has length 0, so it has no direction */
  RERANK_OUT_OF_MEMORY = 8,       /* working memory could not be had */
  RERANK_UNSUPPORTED_OPTIONS = 9, /* struct_size fits no version this library knows, or unknown members are set */
  RERANK_SMALL_WORKSPACE = 11,    /* the workspace is smaller than rerank_workspace_bytes() asks for */
  RERANK_NO_THREADS = 12          /* the threads of a pool could not be started */
};

/** Threads that share the work of a call; see rerank_pool_create(). */
typedef struct rerank_pool rerank_pool;

/** Type of the elements of query and candidates. */
enum rerank_element_type { RERANK_FLOAT32 = 1, RERANK_FLOAT64 = 2 };

/** How x_j comes from s_j and t_j. */
enum rerank_mode {
  RERANK_MODE_MAX = 0,     /* x_j = max(s_j, t_j): a vote can only help */
  RERANK_MODE_REPLACE = 1, /* x_j = t_j: a vote also pulls a lone outlier of a group down */
  RERANK_MODE_COSINE = 2   /* x_j = s_j: no votes, the calibrated cosine */
};

/** Options of rerank_scores(). Fill it with rerank_options_init(), then change what differs. */
typedef struct rerank_options {
  /** sizeof(rerank_options) of the caller. */
  uint32_t struct_size;
  /** rerank_element_type. Default RERANK_FLOAT32. */
  int32_t element_type;
  /** Elements of an embedding, 1..RERANK_MAX_DIMENSION. Default 0, which is refused: it must be set. */
  int32_t dimension;
  /** rerank_mode. Default RERANK_MODE_MAX. */
  int32_t mode;
  /** Elements from the start of one candidate to the start of the next, >= dimension; 0 means dimension. */
  int64_t row_stride;
  /** Acceptance threshold theta, a probability. Any finite value; clamped to [.5, .95]. Default .5. */
  double threshold;
  /** Slope of the calibration, per unit of cosine; > 0 and <= 1e6. Default 30. */
  double alpha;
  /** Cosine at which a match is as likely as not, in [-1, 1]. Default .42. */
  double tau;
  /** Impostors per genuine pair in the calibration; > 0 and finite. Default 1000. */
  double n_cal;
  /** N, vectors in the searched collection; > 0 and finite, or 0 for n_cal (no shift). Default 0. */
  double gallery_size;
  /** 1 lets candidates vote; 0 is for weak models (under .8 of genuine pairs reach tau) and means x_j = s_j.
   *  Default 1. */
  int32_t voting;
  /** Must be 0. */
  int32_t reserved;
  /** Working memory of the caller, aligned to 64 bytes, so that the call allocates nothing; its content means
   *  nothing before and after, and no other call may use it meanwhile. Null, the default: the call allocates its
   *  own. */
  void *workspace;
  /** Size of the workspace, at least what rerank_workspace_bytes() says. */
  uint64_t workspace_bytes;
  /** Null, the default: the calling thread does all the work. */
  rerank_pool *pool;
} rerank_options;

/** RERANK_ABI_VERSION of the library, to compare with that of the header. */
RERANK_API uint32_t rerank_abi_version(void);

/** Release, compiler and the SIMD level in use on this CPU, as in "rerank_compute 1.0.0; gcc 12.2.0; avx512".
 *  Static text, never null. */
RERANK_API const char *rerank_build_info(void);

/** A sentence for a person about a rerank_status. Static text, never null, also for unknown values. */
RERANK_API const char *rerank_status_text(int status);

/**
 * Sets the defaults named at each member.
 * @param options     receives them.
 * @param struct_size sizeof(rerank_options) of the caller.
 * @return RERANK_OK, RERANK_NULL_POINTER, RERANK_MISALIGNED or RERANK_UNSUPPORTED_OPTIONS.
 */
RERANK_API int rerank_options_init(rerank_options *options, size_t struct_size);

/**
 * Scores the candidates against the query.
 * @param options        see rerank_options.
 * @param query          dimension elements of options->element_type.
 * @param candidates     num_candidates rows, row_stride elements apart, of options->element_type.
 * @param num_candidates K, 1..RERANK_MAX_CANDIDATES.
 * @param subjects       null, or K ids: >= 0 is a known person, -1 an unknown one. Two candidates of known
 *                       persons have w_ij = 1 when the ids are equal and 0 when not; all other pairs are judged
 *                       by their cosine.
 * @param scores         receives K scores in [0, 1].
 * @param cosines        null, or receives K cosines s_j in [-1, 1].
 * @param neighbours     null, or receives for each candidate how many others voted for it (w_ij > 0); 0 in mode
 *                       RERANK_MODE_COSINE and without voting.
 * @return a rerank_status.
 *
 * Where the votes of one known subject cancel out (|T_j| <= 1e-9 (1 + neighbours of j)) t_j is s_j.
 */
RERANK_API int rerank_scores(const rerank_options *options, const void *query, const void *candidates,
                             int32_t num_candidates, const int32_t *subjects, double *scores, double *cosines,
                             int32_t *neighbours);

/**
 * Scores one set of candidates against several queries. Each query gets what rerank_scores() gives it, to the last
 * bit; but who votes for whom does not depend on the query, so a further one costs little more than its cosines.
 * @param queries        num_queries rows, query_stride elements apart, of options->element_type.
 * @param num_queries    Q, 1..RERANK_MAX_QUERIES.
 * @param query_stride   elements from the start of one query to the start of the next, >= dimension; 0 means
 *                       dimension.
 * @param candidates     as for rerank_scores(), and so are num_candidates and subjects.
 * @param scores         receives Q rows of K scores.
 * @param cosines        null, or receives Q rows of K cosines.
 * @param neighbours     null, or receives K numbers of neighbours.
 * @param failed_query   null, or receives the first query (from 0) that RERANK_NON_FINITE_QUERY or
 *                       RERANK_ZERO_QUERY is about, and -1 with any other status.
 * @return a rerank_status.
 */
RERANK_API int rerank_scores_batch(const rerank_options *options, const void *queries, int32_t num_queries,
                                   int64_t query_stride, const void *candidates, int32_t num_candidates,
                                   const int32_t *subjects, double *scores, double *cosines, int32_t *neighbours,
                                   int32_t *failed_query);

/**
 * How large a workspace a call needs. It depends on the element type, dimension, mode and voting of the options,
 * and grows with each of the two numbers, not with their squares.
 * @param options        as for the call; their workspace is not looked at.
 * @param num_queries    1 for rerank_scores().
 * @param num_candidates of the call; a workspace is also enough for fewer.
 * @param bytes          receives the size.
 * @return a rerank_status.
 */
RERANK_API int rerank_workspace_bytes(const rerank_options *options, int32_t num_queries, int32_t num_candidates,
                                      uint64_t *bytes);

/**
 * Starts threads for calls that name the pool in their options. Results do not depend on the pool, not by a bit.
 * Only one call at a time gets the threads: a second one that comes meanwhile works alone, and nobody waits.
 * @param threads 1..RERANK_MAX_THREADS, with the calling thread: a pool of 1 starts none.
 * @param pool    receives the pool, to be given to rerank_pool_destroy(); null after an error.
 * @return RERANK_OK, RERANK_NULL_POINTER, RERANK_MISALIGNED, RERANK_INVALID_OPTION, RERANK_OUT_OF_MEMORY or
 *         RERANK_NO_THREADS.
 */
RERANK_API int rerank_pool_create(int32_t threads, rerank_pool **pool);

/** Ends the threads of a pool and frees it; no call may be using it. A null pool is ignored. */
RERANK_API void rerank_pool_destroy(rerank_pool *pool);

/**
 * The original call, unchanged: mode max, N = n_cal, alpha = 30, tau = .42 (or as set by
 * rerank_set_legacy_calibration()).
 * @param query          1024 doubles.
 * @param candidates     num_candidates rows of 1024 doubles without gaps.
 * @param num_candidates K, 1..RERANK_MAX_CANDIDATES.
 * @param threshold      acceptance threshold; any finite value, clamped to [.5, .95].
 * @param rerank_scores  receives K scores in [0, 1].
 * @return 0 when all went well, else a rerank_status.
 */
RERANK_API int compute_rerank_scores_from_embeddings(const double *query, const double *candidates,
                                                     int num_candidates, double threshold, double *rerank_scores);

/**
 * Gives the original call, which has no parameter for it, the calibration of the model in use. Holds for the
 * process, from the next call on.
 * @param alpha as rerank_options.alpha.
 * @param tau   as rerank_options.tau.
 * @return RERANK_OK or RERANK_INVALID_OPTION.
 */
RERANK_API int rerank_set_legacy_calibration(double alpha, double tau);

#ifdef __cplusplus
}
#endif

#endif /* RERANK_COMPUTE_H */
