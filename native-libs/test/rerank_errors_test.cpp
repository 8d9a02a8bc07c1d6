// SPDX-License-Identifier: Apache-2.0
//
// Every way to call librerank_compute wrongly, and what must hold around a call.

#include <cerrno>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <limits>

#include "random_faces.h"
#include "rerank_call.h"

namespace {

constexpr std::int32_t dimension = 8;
constexpr std::int32_t count = 3;

/// A correct call whose parts a test can break one at a time.
struct Call {
  rerank_options options = test::default_options(dimension, RERANK_FLOAT64);
  std::vector<double> memory = test::RandomFaces(1).rows(1 + count, dimension, 2, 0.5);
  std::vector<std::int32_t> ids = {4, -1, 4};
  std::vector<double> results = std::vector<double>(2 * count);
  std::vector<std::int32_t> votes = std::vector<std::int32_t>(count);

  const rerank_options *options_pointer = &options;
  const void *query = memory.data();
  const void *candidates = memory.data() + dimension;
  std::int32_t num_candidates = count;
  const std::int32_t *subjects = ids.data();
  double *scores = results.data();
  double *cosines = results.data() + count;
  std::int32_t *neighbours = votes.data();

  int run() const {
    return rerank_scores(options_pointer, query, candidates, num_candidates, subjects, scores, cosines, neighbours);
  }
};

template <class Change>
int status_after(const Change &change) {
  Call call;
  change(call);
  return call.run();
}

template <class T>
T *shifted(T *pointer, std::ptrdiff_t bytes) {
  return reinterpret_cast<T *>(reinterpret_cast<std::uintptr_t>(pointer) + static_cast<std::uintptr_t>(bytes));
}
const void *shifted(const void *pointer, std::ptrdiff_t bytes) {
  return shifted(static_cast<const char *>(pointer), bytes);
}

void pointers() {
  EXPECT(status_after([](Call &) {}) == RERANK_OK);
  EXPECT(status_after([](Call &call) { call.options_pointer = nullptr; }) == RERANK_NULL_POINTER);
  EXPECT(status_after([](Call &call) { call.query = nullptr; }) == RERANK_NULL_POINTER);
  EXPECT(status_after([](Call &call) { call.candidates = nullptr; }) == RERANK_NULL_POINTER);
  EXPECT(status_after([](Call &call) { call.scores = nullptr; }) == RERANK_NULL_POINTER);
  EXPECT(status_after([](Call &call) { call.subjects = nullptr; }) == RERANK_OK);
  EXPECT(status_after([](Call &call) { call.cosines = nullptr; }) == RERANK_OK);
  EXPECT(status_after([](Call &call) { call.neighbours = nullptr; }) == RERANK_OK);

  EXPECT(status_after([](Call &call) { call.query = shifted(call.query, 4); }) == RERANK_MISALIGNED);
  EXPECT(status_after([](Call &call) { call.candidates = shifted(call.candidates, 1); }) == RERANK_MISALIGNED);
  EXPECT(status_after([](Call &call) { call.subjects = shifted(call.subjects, 2); }) == RERANK_MISALIGNED);
  EXPECT(status_after([](Call &call) { call.scores = shifted(call.scores, 4); }) == RERANK_MISALIGNED);
  EXPECT(status_after([](Call &call) { call.cosines = shifted(call.cosines, 4); }) == RERANK_MISALIGNED);
  EXPECT(status_after([](Call &call) { call.neighbours = shifted(call.neighbours, 1); }) == RERANK_MISALIGNED);
  EXPECT(status_after([](Call &call) { call.options_pointer = shifted(call.options_pointer, 1); }) ==
         RERANK_MISALIGNED);

  EXPECT(status_after([](Call &call) { call.cosines = call.scores + 1; }) == RERANK_OVERLAP);
  EXPECT(status_after([](Call &call) { call.scores = call.memory.data(); }) == RERANK_OVERLAP);
  EXPECT(status_after([](Call &call) { call.scores = call.memory.data() + (1 + count) * dimension - 1; }) ==
         RERANK_OVERLAP);
  EXPECT(status_after([](Call &call) { call.neighbours = call.ids.data(); }) == RERANK_OVERLAP);
  EXPECT(status_after([](Call &call) { call.query = call.candidates; }) == RERANK_OK);
  EXPECT(status_after([](Call &call) { call.candidates = shifted(nullptr, -64); }) == RERANK_INVALID_SIZE);
}

void sizes() {
  EXPECT(status_after([](Call &call) { call.num_candidates = 0; }) == RERANK_INVALID_SIZE);
  EXPECT(status_after([](Call &call) { call.num_candidates = -1; }) == RERANK_INVALID_SIZE);
  EXPECT(status_after([](Call &call) { call.num_candidates = RERANK_MAX_CANDIDATES + 1; }) == RERANK_INVALID_SIZE);
  EXPECT(status_after([](Call &call) { call.num_candidates = std::numeric_limits<std::int32_t>::min(); }) ==
         RERANK_INVALID_SIZE);
  for (const std::int32_t wrong : {0, -1, RERANK_MAX_DIMENSION + 1, std::numeric_limits<std::int32_t>::max()}) {
    EXPECT(status_after([=](Call &call) { call.options.dimension = wrong; }) == RERANK_INVALID_SIZE);
  }
  for (const std::int64_t wrong : {std::int64_t{dimension - 1}, std::int64_t{-1}, std::int64_t{1} << 61,
                                   std::numeric_limits<std::int64_t>::max()}) {
    EXPECT(status_after([=](Call &call) { call.options.row_stride = wrong; }) == RERANK_INVALID_SIZE);
  }
}

void option_values() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto with = [](auto member, auto value) {
    return status_after([=](Call &call) { call.options.*member = value; });
  };
  for (const double wrong : {nan, infinity, -infinity}) {
    EXPECT(with(&rerank_options::threshold, wrong) == RERANK_INVALID_OPTION);
    EXPECT(with(&rerank_options::alpha, wrong) == RERANK_INVALID_OPTION);
    EXPECT(with(&rerank_options::tau, wrong) == RERANK_INVALID_OPTION);
    EXPECT(with(&rerank_options::n_cal, wrong) == RERANK_INVALID_OPTION);
    EXPECT(with(&rerank_options::gallery_size, wrong) == RERANK_INVALID_OPTION);
  }
  EXPECT(with(&rerank_options::alpha, 0.0) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::alpha, -1.0) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::alpha, 1e7) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::tau, 1.5) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::n_cal, 0.0) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::gallery_size, -5.0) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::threshold, -3.0) == RERANK_OK);
  EXPECT(with(&rerank_options::threshold, 1e300) == RERANK_OK);
  EXPECT(with(&rerank_options::element_type, 0) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::element_type, 3) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::mode, 3) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::mode, -1) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::voting, 2) == RERANK_INVALID_OPTION);
  EXPECT(with(&rerank_options::reserved, 1) == RERANK_INVALID_OPTION);
  EXPECT(status_after([](Call &call) { call.ids[1] = -2; }) == RERANK_INVALID_OPTION);

  for (const double alpha : {5e-324, 1e-300, 1e6}) {
    Call call;
    call.options.alpha = alpha;
    call.options.threshold = 0.9;
    EXPECT(call.run() == RERANK_OK);
    for (const double score : call.results) EXPECT(!std::isnan(score));
  }
}

/// Size of the options without workspace and pool, as first released.
constexpr std::size_t first_options_size = 72;

/// Callers compiled with another version of the header.
void struct_sizes() {
  EXPECT(rerank_options_init(nullptr, sizeof(rerank_options)) == RERANK_NULL_POINTER);
  rerank_options options;
  EXPECT(rerank_options_init(&options, first_options_size - 1) == RERANK_UNSUPPORTED_OPTIONS);
  EXPECT(rerank_options_init(&options, first_options_size) == RERANK_OK);
  EXPECT(options.struct_size == first_options_size && options.alpha == 30);
  EXPECT(rerank_options_init(shifted(&options, 4), sizeof options) == RERANK_MISALIGNED);
  EXPECT(status_after([](Call &call) { call.options.struct_size = 0; }) == RERANK_UNSUPPORTED_OPTIONS);
  EXPECT(status_after([](Call &call) { call.options.struct_size = first_options_size - 1; }) == RERANK_UNSUPPORTED_OPTIONS);
  EXPECT(status_after([](Call &call) { call.options.struct_size = 1u << 30; }) == RERANK_UNSUPPORTED_OPTIONS);

  struct Newer {
    rerank_options known;
    std::int64_t added;
  } newer;
  EXPECT(rerank_options_init(&newer.known, sizeof newer) == RERANK_OK);
  EXPECT(newer.known.struct_size == sizeof newer && newer.added == 0 && newer.known.alpha == 30);
  Call call;
  newer.known = call.options;
  newer.known.struct_size = sizeof newer;
  call.options_pointer = &newer.known;
  EXPECT(call.run() == RERANK_OK);
  newer.added = 1;
  EXPECT(call.run() == RERANK_UNSUPPORTED_OPTIONS);
}

template <class T>
void query_values() {
  const T infinity = std::numeric_limits<T>::infinity();
  const auto options = test::default_options(dimension, test::element_type<T>());
  const std::vector<T> candidates(count * dimension, T{1});
  for (const T wrong : {infinity, -infinity, std::numeric_limits<T>::quiet_NaN()}) {
    std::vector<T> query(dimension, T{1});
    query.back() = wrong;
    EXPECT(test::rerank(options, query, candidates).status == RERANK_NON_FINITE_QUERY);
  }
  EXPECT(test::rerank(options, std::vector<T>(dimension, T{0}), candidates).status == RERANK_ZERO_QUERY);
  EXPECT(test::rerank(options, std::vector<T>(dimension, static_cast<T>(-0.0)), candidates).status == RERANK_ZERO_QUERY);
}

void legacy_call() {
  test::RandomFaces faces(2);
  const auto rows = faces.rows(3, 1024, 1, 0.5);
  std::vector<double> scores(2);
  const auto run = [&](const double *query, const double *candidates, int n, double threshold, double *out) {
    return compute_rerank_scores_from_embeddings(query, candidates, n, threshold, out);
  };
  const double *query = rows.data();
  const double *candidates = rows.data() + 1024;
  EXPECT(run(query, candidates, 2, 0.5, scores.data()) == 0);
  EXPECT(run(nullptr, candidates, 2, 0.5, scores.data()) == RERANK_NULL_POINTER);
  EXPECT(run(query, nullptr, 2, 0.5, scores.data()) == RERANK_NULL_POINTER);
  EXPECT(run(query, candidates, 2, 0.5, nullptr) == RERANK_NULL_POINTER);
  EXPECT(run(query, candidates, 0, 0.5, scores.data()) == RERANK_INVALID_SIZE);
  EXPECT(run(query, candidates, -7, 0.5, scores.data()) == RERANK_INVALID_SIZE);
  EXPECT(run(query, candidates, 2, std::nan(""), scores.data()) == RERANK_INVALID_OPTION);
  EXPECT(run(shifted(query, 4), candidates, 2, 0.5, scores.data()) == RERANK_MISALIGNED);
  const std::vector<double> zero(1024);
  EXPECT(run(zero.data(), candidates, 2, 0.5, scores.data()) == RERANK_ZERO_QUERY);
  EXPECT(rerank_set_legacy_calibration(0, 0.4) == RERANK_INVALID_OPTION);
  EXPECT(rerank_set_legacy_calibration(25, 2) == RERANK_INVALID_OPTION);
}

void texts() {
  EXPECT(rerank_abi_version() == RERANK_ABI_VERSION);
  EXPECT(std::strstr(rerank_build_info(), "rerank_compute 1.") == rerank_build_info());
  const auto known = [](int status) { return std::strcmp(rerank_status_text(status), "unknown status") != 0; };
  for (int status = RERANK_OK; status <= RERANK_UNSUPPORTED_OPTIONS; ++status) EXPECT(known(status));
  EXPECT(known(RERANK_SMALL_WORKSPACE) && known(RERANK_NO_THREADS));
  EXPECT(!known(-1) && !known(RERANK_UNSUPPORTED_OPTIONS + 1) && !known(RERANK_NO_THREADS + 1) && !known(12345));
}

/// Nothing outside the outputs changes: not their neighbourhood, not the inputs, not errno, not the float modes.
void surroundings() {
  constexpr double guard = 123.25;
  constexpr std::int32_t guard_count = 77;
  Call call;
  std::vector<double> doubles(2 * count + 3, guard);
  std::vector<std::int32_t> votes(count + 2, guard_count);
  call.scores = doubles.data() + 1;
  call.cosines = doubles.data() + count + 2;
  call.neighbours = votes.data() + 1;
  const auto memory = call.memory;
  errno = 4711;
  EXPECT(std::fesetround(FE_UPWARD) == 0);
  EXPECT(call.run() == RERANK_OK);
  EXPECT(std::fegetround() == FE_UPWARD);
  EXPECT(std::fesetround(FE_TONEAREST) == 0);
  EXPECT(errno == 4711);
  EXPECT(call.memory == memory);
  EXPECT(doubles.front() == guard && doubles[count + 1] == guard && doubles.back() == guard);
  EXPECT(votes.front() == guard_count && votes.back() == guard_count);
  volatile double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT(smallest * 1.0 > 0);
}

}  // namespace

int main() {
  test::group("pointers", pointers);
  test::group("sizes", sizes);
  test::group("option values", option_values);
  test::group("struct sizes", struct_sizes);
  test::group("query values, float", query_values<float>);
  test::group("query values, double", query_values<double>);
  test::group("legacy call", legacy_call);
  test::group("texts", texts);
  test::group("surroundings", surroundings);
  return test::finish();
}
