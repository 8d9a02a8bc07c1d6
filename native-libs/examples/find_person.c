/* SPDX-License-Identifier: Apache-2.0
 *
 * Three photos of Anna become one template, the wrong one among them is found and taken out, and a new photo is
 * compared with the templates of two persons. Embeddings of a real model have 512 or 1024 numbers instead of 4. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <merge_embeddings.h>
#include <rerank_compute.h>

#define DIMENSION 4
#define PHOTOS 3
#define PERSONS 2

static const float photos[PHOTOS][DIMENSION] = {
    {0.9F, 0.1F, -0.2F, 0.1F}, {-0.1F, 0.9F, 0.2F, -0.3F}, {0.7F, -0.2F, 0.1F, 0.4F}};
static const float template_of_berta[DIMENSION] = {0.3F, 0.8F, 0.4F, -0.6F};
static const float query[DIMENSION] = {0.4F, 0.3F, 0.6F, 0.5F};

/* Every function returns a status, and each library has a sentence for its own. */
static void require(int status, const char *text) {
  if (status == 0) return;
  fprintf(stderr, "%s\n", text);
  exit(EXIT_FAILURE);
}
static void require_merge(int status) { require(status, merge_status_text(status)); }
static void require_rerank(int status) { require(status, rerank_status_text(status)); }

/* Merges the members of a template and prints their weights. Returns the index of the last outlier, or -1. */
static int read_template(const void *memory, uint64_t bytes, float *merged) {
  int outlier = -1;
  int32_t count = 0;
  int64_t ids[PHOTOS];
  double weights[PHOTOS];
  uint8_t outliers[PHOTOS];
  require_merge(merge_template_count(memory, bytes, &count));
  require_merge(merge_template_read(memory, bytes, PHOTOS, merged, ids, weights, outliers));
  for (int32_t i = 0; i < count; ++i) {
    printf("photo %" PRId64 ": weight %.2f%s\n", ids[i], weights[i], outliers[i] != 0 ? ", an outlier" : "");
    if (outliers[i] != 0) outlier = (int)ids[i];
  }
  return outlier;
}

/* Anna's template without the photos that show somebody else. */
static void merge_photos(float *merged) {
  merge_options options;
  uint64_t bytes = 0;
  require_merge(merge_options_init(&options, sizeof options));
  options.dimension = DIMENSION;
  require_merge(merge_template_bytes(&options, PHOTOS, &bytes));
  void *const memory = malloc((size_t)bytes);
  require(memory == NULL, "out of memory");
  require_merge(merge_template_init(&options, PHOTOS, memory, bytes));
  for (int photo = 0; photo < PHOTOS; ++photo) require_merge(merge_template_add(memory, bytes, photo, photos[photo]));
  for (int outlier; (outlier = read_template(memory, bytes, merged)) >= 0;) {
    printf("without photo %d:\n", outlier);
    require_merge(merge_template_remove(memory, bytes, outlier));
  }
  free(memory);
}

int main(void) {
  static const char *const names[PERSONS] = {"Anna", "Berta"};
  float candidates[PERSONS][DIMENSION];
  double scores[PERSONS];
  rerank_options options;

  require(merge_abi_version() != MERGE_ABI_VERSION, "libmerge_embeddings is of another version than its header");
  require(rerank_abi_version() != RERANK_ABI_VERSION, "librerank_compute is of another version than its header");

  merge_photos(candidates[0]);
  for (int i = 0; i < DIMENSION; ++i) candidates[1][i] = template_of_berta[i];

  require_rerank(rerank_options_init(&options, sizeof options));
  options.dimension = DIMENSION;
  require_rerank(rerank_scores(&options, query, candidates, PERSONS, NULL, scores, NULL, NULL));
  for (int person = 0; person < PERSONS; ++person) printf("%s: score %.2f\n", names[person], scores[person]);
  return EXIT_SUCCESS;
}
