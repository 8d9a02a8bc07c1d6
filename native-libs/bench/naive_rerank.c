/* SPDX-License-Identifier: Apache-2.0 */
#include "naive_rerank.h"

#include <math.h>
#include <stdlib.h>

static double dot(const double *a, const double *b, size_t dimension) {
  double sum = 0;
  for (size_t d = 0; d < dimension; ++d) sum += a[d] * b[d];
  return sum;
}

static void write_unit_row(const float *row, size_t dimension, double *unit) {
  for (size_t d = 0; d < dimension; ++d) unit[d] = (double)row[d];
  const double length = sqrt(dot(unit, unit, dimension));
  for (size_t d = 0; d < dimension; ++d) unit[d] /= length;
}

int naive_rerank(const float *query, const float *candidates, size_t count, size_t dimension, double alpha,
                 double tau, double threshold, double *scores) {
  /* The candidates, the query, and the template of the candidate at hand. */
  double *rows = malloc((count + 2) * dimension * sizeof(double));
  if (rows == NULL) return 1;
  double *unit_query = rows + count * dimension;
  double *template = unit_query + dimension;
  for (size_t j = 0; j < count; ++j) write_unit_row(candidates + j * dimension, dimension, rows + j * dimension);
  write_unit_row(query, dimension, unit_query);

  const double theta = fmin(fmax(threshold, 0.5), 0.95);
  const double lowest = tau + log(theta / (1 - theta)) / alpha;
  for (size_t j = 0; j < count; ++j) {
    const double *row = rows + j * dimension;
    for (size_t d = 0; d < dimension; ++d) template[d] = row[d];
    for (size_t i = 0; i < count; ++i) {
      if (i == j) continue;
      const double *other = rows + i * dimension;
      const double weight = fmin(fmax(alpha * (dot(row, other, dimension) - lowest) / 5, 0), 1);
      if (weight == 0) continue;
      for (size_t d = 0; d < dimension; ++d) template[d] += weight * other[d];
    }
    const double cosine = dot(unit_query, row, dimension);
    const double vote = dot(unit_query, template, dimension) / sqrt(dot(template, template, dimension));
    const double best = fmax(cosine, vote);
    scores[j] = best >= 1 - 1e-9 ? 1 : 1 / (1 + exp(-alpha * (best - tau)));
  }
  free(rows);
  return 0;
}
