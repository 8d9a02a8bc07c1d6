// SPDX-License-Identifier: Apache-2.0
#include "rerank_compute.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "call_guard.h"
#include "compiler_name.h"
#include "legacy_calibration.h"
#include "memory_regions.h"
#include "score_task.h"
#include "sized_options.h"

// The border of the library: everything a caller can get wrong is found here, before any of its memory is read.

namespace face {
namespace {

static_assert(static_cast<int>(Status::non_finite) == RERANK_NON_FINITE_QUERY &&
                  static_cast<int>(Status::zero_vector) == RERANK_ZERO_QUERY &&
                  static_cast<int>(Status::unsupported_options) == RERANK_UNSUPPORTED_OPTIONS,
              "status numbers are part of the interface");

/// Size of rerank_options when it was first released.
constexpr std::size_t first_options_size = 72;
static_assert(sizeof(rerank_options) == first_options_size, "padding would differ between compilers");

constexpr double default_n_cal = 1000;

bool finite_and_positive(double value) noexcept { return std::isfinite(value) && value > 0; }

bool calibration_usable(double alpha, double tau) noexcept {
  return finite_and_positive(alpha) && alpha <= 1e6 && tau >= -1 && tau <= 1;
}

Status check_options(const rerank_options &options) noexcept {
  if (options.dimension < 1 || options.dimension > RERANK_MAX_DIMENSION) return Status::invalid_size;
  if (options.row_stride != 0 && options.row_stride < options.dimension) return Status::invalid_size;
  const bool usable =
      (options.element_type == RERANK_FLOAT32 || options.element_type == RERANK_FLOAT64) &&
      options.mode >= RERANK_MODE_MAX && options.mode <= RERANK_MODE_COSINE &&
      (options.voting == 0 || options.voting == 1) && options.reserved == 0 && std::isfinite(options.threshold) &&
      calibration_usable(options.alpha, options.tau) && finite_and_positive(options.n_cal) &&
      (options.gallery_size == 0 || finite_and_positive(options.gallery_size));
  return usable ? Status::ok : Status::invalid_option;
}

Status check_memory(const rerank_options &options, std::size_t stride, const void *query, const void *candidates,
                    std::size_t count, const std::int32_t *subjects, const ScoreOutputs &outputs) noexcept {
  const auto dimension = static_cast<std::size_t>(options.dimension);
  const std::size_t element = options.element_type == RERANK_FLOAT32 ? sizeof(float) : sizeof(double);
  std::size_t bytes = 0;
  if (!matrix_bytes(count, dimension, stride, element, &bytes)) return Status::invalid_size;
  const Region regions[] = {
      {query, dimension * element, element, false},
      {candidates, bytes, element, false},
      {subjects, count * sizeof(std::int32_t), alignof(std::int32_t), false},
      {outputs.scores, count * sizeof(double), alignof(double), true},
      {outputs.cosines, count * sizeof(double), alignof(double), true},
      {outputs.neighbours, count * sizeof(std::int32_t), alignof(std::int32_t), true},
  };
  return check_regions(regions);
}

bool subjects_usable(const std::int32_t *subjects, std::size_t count) noexcept {
  if (subjects == nullptr) return true;
  for (std::size_t i = 0; i < count; ++i) {
    if (subjects[i] < -1) return false;
  }
  return true;
}

VoteUse vote_use(const rerank_options &options) noexcept {
  if (options.voting == 0 || options.mode == RERANK_MODE_COSINE) return VoteUse::none;
  return options.mode == RERANK_MODE_REPLACE ? VoteUse::instead : VoteUse::larger;
}

template <class T>
Status run(const rerank_options &options, std::size_t stride, const void *query, const void *candidates,
           std::size_t count, const std::int32_t *subjects, const ScoreOutputs &outputs) noexcept {
  const double shift = options.gallery_size == 0 ? 0 : std::log(options.gallery_size) - std::log(options.n_cal);
  const ScoreTask<T> task = {static_cast<const T *>(query),
                             static_cast<const T *>(candidates),
                             count,
                             static_cast<std::size_t>(options.dimension),
                             stride,
                             subjects,
                             {options.alpha, options.tau, shift},
                             vote_use(options),
                             options.threshold};
  return score_candidates(best_kernels(), task, outputs);
}

/// `options` are complete but not checked.
Status check_and_run(const rerank_options &options, const void *query, const void *candidates,
                     std::int32_t num_candidates, const std::int32_t *subjects,
                     const ScoreOutputs &outputs) noexcept {
  if (query == nullptr || candidates == nullptr || outputs.scores == nullptr) return Status::null_pointer;
  if (num_candidates < 1 || num_candidates > RERANK_MAX_CANDIDATES) return Status::invalid_size;
  Status status = check_options(options);
  if (status != Status::ok) return status;
  const auto count = static_cast<std::size_t>(num_candidates);
  const auto stride = static_cast<std::size_t>(options.row_stride == 0 ? options.dimension : options.row_stride);
  status = check_memory(options, stride, query, candidates, count, subjects, outputs);
  if (status != Status::ok) return status;
  if (!subjects_usable(subjects, count)) return Status::invalid_option;
  return options.element_type == RERANK_FLOAT32
             ? run<float>(options, stride, query, candidates, count, subjects, outputs)
             : run<double>(options, stride, query, candidates, count, subjects, outputs);
}

rerank_options default_options() noexcept {
  rerank_options options = {};
  options.struct_size = sizeof options;
  options.element_type = RERANK_FLOAT32;
  options.mode = RERANK_MODE_MAX;
  options.threshold = 0.5;
  options.alpha = 30;
  options.tau = 0.42;
  options.n_cal = default_n_cal;
  options.voting = 1;
  return options;
}

}  // namespace
}  // namespace face

extern "C" {

uint32_t rerank_abi_version(void) { return RERANK_ABI_VERSION; }

const char *rerank_build_info(void) {
  // One complete text per level, because text put together at run time would need memory of its own.
#define FACE_BUILD_INFO(level) "rerank_compute " FACE_VERSION "; " FACE_COMPILER_NAME "; " level
#if defined(FACE_X86_KERNELS)
  const face::Kernels &kernels = face::best_kernels();
  if (&kernels == &face::avx512_kernels) return FACE_BUILD_INFO("avx512");
  if (&kernels == &face::avx2_kernels) return FACE_BUILD_INFO("avx2");
#endif
  return FACE_BUILD_INFO("portable");
#undef FACE_BUILD_INFO
}

const char *rerank_status_text(int status) {
  switch (status) {
    case RERANK_OK: return "success";
    case RERANK_NULL_POINTER: return "a pointer that is not optional is null";
    case RERANK_INVALID_SIZE: return "number of candidates, dimension or row stride is out of range";
    case RERANK_INVALID_OPTION: return "an option is out of range";
    case RERANK_MISALIGNED: return "a pointer is not aligned to the size of its elements";
    case RERANK_OVERLAP: return "an output shares memory with an input or with another output";
    case RERANK_NON_FINITE_QUERY: return "the query holds a number that is not finite";
    case RERANK_ZERO_QUERY: return "the query is all zeros, so it has no direction";
    case RERANK_OUT_OF_MEMORY: return "not enough working memory";
    case RERANK_UNSUPPORTED_OPTIONS: return "the options struct is of a version this library does not know";
    default: return "unknown status";
  }
}

int rerank_options_init(rerank_options *options, size_t struct_size) {
  return static_cast<int>(
      face::write_defaults(face::default_options(), struct_size, face::first_options_size, options));
}

int rerank_scores(const rerank_options *options, const void *query, const void *candidates, int32_t num_candidates,
                  const int32_t *subjects, double *scores, double *cosines, int32_t *neighbours) {
  const face::CallGuard guard;
  rerank_options complete = face::default_options();
  const face::Status status = face::read_options(options, face::first_options_size, &complete);
  if (status != face::Status::ok) return static_cast<int>(status);
  return static_cast<int>(face::check_and_run(complete, query, candidates, num_candidates, subjects,
                                              {scores, cosines, neighbours}));
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
  return static_cast<int>(face::check_and_run(options, query, candidates, num_candidates, nullptr,
                                              {rerank_scores, nullptr, nullptr}));
}

int rerank_set_legacy_calibration(double alpha, double tau) {
  const face::CallGuard guard;
  if (!face::calibration_usable(alpha, tau)) return RERANK_INVALID_OPTION;
  face::set_legacy_calibration({alpha, tau});
  return RERANK_OK;
}

}  // extern "C"
