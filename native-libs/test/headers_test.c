/* SPDX-License-Identifier: Apache-2.0
 *
 * All headers are plain C, and all libraries can be used from a C program. */

#include <stdio.h>

#include "face_pixels.h"
#include "merge_embeddings.h"
#include "rerank_compute.h"

int main(void) {
  const float query[2] = {1, 0};
  const float candidates[4] = {2, 0, 0, 1};
  double scores[2] = {-1, -1};
  const uint8_t pixel[3] = {10, 20, 30};
  float merged[2];
  float planes[3];
  rerank_options rerank;
  merge_options merge;
  pixels_plane_options pixels;

  if (rerank_abi_version() != RERANK_ABI_VERSION || merge_abi_version() != MERGE_ABI_VERSION) return 1;
  if (pixels_abi_version() != PIXELS_ABI_VERSION) return 1;
  puts(rerank_build_info());
  puts(merge_build_info());
  puts(pixels_build_info());

  if (rerank_options_init(&rerank, sizeof rerank) != RERANK_OK) return 2;
  rerank.dimension = 2;
  if (rerank_scores(&rerank, query, candidates, 2, NULL, scores, NULL, NULL) != RERANK_OK) return 3;
  if (!(scores[0] >= 1) || !(scores[1] < 0.5)) return 4;

  if (merge_options_init(&merge, sizeof merge) != MERGE_OK) return 5;
  merge.dimension = 2;
  if (merge_embeddings(&merge, candidates, 2, merged, NULL, NULL, NULL) != MERGE_OK) return 6;
  if (!(merged[0] > 0.70F && merged[0] < 0.71F)) return 7;

  if (pixels_plane_options_init(&pixels, sizeof pixels) != PIXELS_OK) return 8;
  if (pixels_planes(&pixels, pixel, 1, 1, 3, 1, 1, planes, 1, 1) != PIXELS_OK) return 9;
  if (!(planes[0] > 9.99F && planes[0] < 10.01F && planes[2] > 29.99F)) return 10;
  return 0;
}
