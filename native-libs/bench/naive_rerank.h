// SPDX-License-Identifier: Apache-2.0
#ifndef NAIVE_RERANK_H
#define NAIVE_RERANK_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The formula of rerank_compute.h in mode max, written down loop by loop in double precision, as one would without
 * a thought for speed. Every other contender's scores are compared with these.
 * @param query      `dimension` elements, finite and not all 0.
 * @param candidates `count` such rows without gaps.
 * @param scores     receives `count` scores.
 * @return 0, or 1 when working memory could not be had.
 */
int naive_rerank(const float *query, const float *candidates, size_t count, size_t dimension, double alpha,
                 double tau, double threshold, double *scores);

#ifdef __cplusplus
}
#endif

#endif
