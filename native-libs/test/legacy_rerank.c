/* SPDX-License-Identifier: Apache-2.0
 *
 * A library as an owner of an older installation has it: nothing but the original symbol. Calibrated cosines without
 * votes, and every threshold taken as it comes. Used by the tests of the bindings. */

#include <math.h>
#include <stddef.h>

#define DIMENSION 1024

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int compute_rerank_scores_from_embeddings(const double *query, const double *candidates, int num_candidates,
                                          double threshold, double *rerank_scores);

static double dot(const double *a, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < DIMENSION; ++i) sum += a[i] * b[i];
  return sum;
}

int compute_rerank_scores_from_embeddings(const double *query, const double *candidates, int num_candidates,
                                          double threshold, double *rerank_scores) {
  (void)threshold;
  const double query_square = dot(query, query);
  if (num_candidates < 1) return 17;
  for (int j = 0; j < num_candidates; ++j) {
    const double *candidate = candidates + (size_t)j * DIMENSION;
    const double cosine = dot(query, candidate) / sqrt(query_square * dot(candidate, candidate));
    rerank_scores[j] = 1 / (1 + exp(-30 * (cosine - 0.42)));
  }
  return 0;
}
