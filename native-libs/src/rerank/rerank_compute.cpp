// SPDX-License-Identifier: Apache-2.0
#include "rerank_compute.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "call_guard.h"
#include "call_options.h"
#include "checked_call.h"
#include "compiler_name.h"
#include "kernels.h"
#include "legacy_calibration.h"
#include "rerank_pool.h"
#include "sized_options.h"

// The exported functions. Behind each: complete the options, check, call.

namespace face {
namespace {

static_assert(static_cast<int>(Status::non_finite) == RERANK_NON_FINITE_QUERY &&
                  static_cast<int>(Status::zero_vector) == RERANK_ZERO_QUERY &&
                  static_cast<int>(Status::unsupported_options) == RERANK_UNSUPPORTED_OPTIONS &&
                  static_cast<int>(Status::small_workspace) == RERANK_SMALL_WORKSPACE &&
                  static_cast<int>(Status::no_threads) == RERANK_NO_THREADS,
              "status numbers are part of the interface");

template <class T>
bool aligned(const T *pointer) noexcept {
  return reinterpret_cast<std::uintptr_t>(pointer) % alignof(T) == 0;
}

/// Callers read it after any error, so it must not keep what was there before.
void clear_failed_query(std::int32_t *failed_query) noexcept {
  if (failed_query != nullptr && aligned(failed_query)) *failed_query = -1;
}

Status create_pool(std::int32_t threads, rerank_pool **pool) noexcept {
  if (pool == nullptr) return Status::null_pointer;
  if (!aligned(pool)) return Status::misaligned;
  *pool = nullptr;
  if (threads < 1 || threads > RERANK_MAX_THREADS) return Status::invalid_option;
  // Without exceptions there is no operator new that reports a failure.
  void *memory = std::malloc(sizeof(rerank_pool));
  if (memory == nullptr) return Status::out_of_memory;
  auto *created = new (memory) rerank_pool;
  const Status status = created->start(static_cast<std::size_t>(threads));
  if (status == Status::ok) {
    *pool = created;
  } else {
    rerank_pool_destroy(created);
  }
  return status;
}

}  // namespace
}  // namespace face

extern "C" {

uint32_t rerank_abi_version(void) { return RERANK_ABI_VERSION; }

const char *rerank_build_info(void) {
  // One complete text per level, because text put together at run time would need memory of its own.
#define FACE_BUILD_INFO(level) "rerank_compute " FACE_VERSION "; " FACE_COMPILER_NAME "; " level
  static const char *const texts[] = {FACE_BUILD_INFO("avx512vnni"), FACE_BUILD_INFO("avx512"),
                                      FACE_BUILD_INFO("avx2"),       FACE_BUILD_INFO("dotprod"),
                                      FACE_BUILD_INFO("neon"),       FACE_BUILD_INFO("portable")};
#undef FACE_BUILD_INFO
  const char *level = face::best_kernels().name;
  const std::size_t length = std::strlen(level);
  for (const char *text : texts) {
    if (std::strcmp(text + std::strlen(text) - length, level) == 0) return text;
  }
  return "rerank_compute " FACE_VERSION "; " FACE_COMPILER_NAME;
}

const char *rerank_status_text(int status) {
  switch (status) {
    case RERANK_OK: return "success";
    case RERANK_NULL_POINTER: return "a pointer that is not optional is null";
    case RERANK_INVALID_SIZE: return "number of queries or candidates, dimension or stride is out of range";
    case RERANK_INVALID_OPTION: return "an option is out of range";
    case RERANK_MISALIGNED: return "a pointer is not aligned to the size of its elements";
    case RERANK_OVERLAP: return "an output shares memory with an input or with another output";
    case RERANK_NON_FINITE_QUERY: return "the query holds a number that is not finite";
    case RERANK_ZERO_QUERY: return "the query is all zeros, so it has no direction";
    case RERANK_OUT_OF_MEMORY: return "not enough working memory";
    case RERANK_UNSUPPORTED_OPTIONS: return "the options struct is of a version this library does not know";
    case RERANK_SMALL_WORKSPACE: return "the workspace is smaller than the call needs";
    case RERANK_NO_THREADS: return "the threads of the pool could not be started";
    default: return "unknown status";
  }
}

int rerank_options_init(rerank_options *options, size_t struct_size) {
  return static_cast<int>(
      face::write_defaults(face::default_options(), struct_size, face::first_options_size, options));
}

int rerank_scores(const rerank_options *options, const void *query, const void *candidates, int32_t num_candidates,
                  const int32_t *subjects, double *scores, double *cosines, int32_t *neighbours) {
  return rerank_scores_batch(options, query, 1, 0, candidates, num_candidates, subjects, scores, cosines, neighbours,
                             nullptr);
}

int rerank_scores_batch(const rerank_options *options, const void *queries, int32_t num_queries,
                        int64_t query_stride, const void *candidates, int32_t num_candidates,
                        const int32_t *subjects, double *scores, double *cosines, int32_t *neighbours,
                        int32_t *failed_query) {
  const face::CallGuard guard;
  face::clear_failed_query(failed_query);
  rerank_options complete = face::default_options();
  const face::Status status = face::read_options(options, face::first_options_size, &complete);
  if (status != face::Status::ok) return static_cast<int>(status);
  return static_cast<int>(face::check_and_score(
      {complete, queries, num_queries, query_stride, candidates, num_candidates, subjects},
      {scores, cosines, neighbours, failed_query}));
}

int rerank_workspace_bytes(const rerank_options *options, int32_t num_queries, int32_t num_candidates,
                           uint64_t *bytes) {
  const face::CallGuard guard;
  if (bytes == nullptr) return RERANK_NULL_POINTER;
  if (!face::aligned(bytes)) return RERANK_MISALIGNED;
  rerank_options complete = face::default_options();
  const face::Status status = face::read_options(options, face::first_options_size, &complete);
  if (status != face::Status::ok) return static_cast<int>(status);
  return static_cast<int>(face::workspace_bytes(complete, num_queries, num_candidates, bytes));
}

int rerank_pool_create(int32_t threads, rerank_pool **pool) {
  const face::CallGuard guard;
  return static_cast<int>(face::create_pool(threads, pool));
}

void rerank_pool_destroy(rerank_pool *pool) {
  if (pool == nullptr) return;
  const face::CallGuard guard;
  pool->~rerank_pool();
  std::free(pool);
}

int compute_rerank_scores_from_embeddings(const double *query, const double *candidates, int num_candidates,
                                          double threshold, double *rerank_scores) {
  const face::CallGuard guard;
  const face::LegacyCalibration calibration = face::legacy_calibration();
  rerank_options options = face::default_options();
  options.element_type = RERANK_FLOAT64;
  options.dimension = RERANK_LEGACY_DIMENSION;
  options.threshold = threshold;
  options.alpha = calibration.alpha;
  options.tau = calibration.tau;
  return static_cast<int>(face::check_and_score({options, query, 1, 0, candidates, num_candidates, nullptr},
                                                {rerank_scores, nullptr, nullptr, nullptr}));
}

int rerank_set_legacy_calibration(double alpha, double tau) {
  const face::CallGuard guard;
  if (!face::calibration_usable(alpha, tau)) return RERANK_INVALID_OPTION;
  face::set_legacy_calibration({alpha, tau});
  return RERANK_OK;
}

}  // extern "C"
