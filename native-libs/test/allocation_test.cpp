// SPDX-License-Identifier: Apache-2.0
//
// Memory and threads that cannot be had. The linker puts the functions below in place of those that the libraries
// call (-Wl,--wrap), so each single request can be refused.

#include <pthread.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "check.h"
#include "library_calls.h"
#include "random_faces.h"
#include "rerank_compute.h"

namespace {

/// Requests since the last reset, and the one that is refused.
int requests = 0;
int refused = -1;

bool refuse() {
  const bool now = requests++ == refused;
  if (now) errno = ENOMEM;
  return now;
}

void start_counting(int refuse_which) {
  requests = 0;
  refused = refuse_which;
}

}  // namespace

extern "C" {
void *__real_malloc(std::size_t bytes);
void *__real_calloc(std::size_t count, std::size_t bytes);
void *__real_aligned_alloc(std::size_t alignment, std::size_t bytes);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);

void *__wrap_malloc(std::size_t bytes);
void *__wrap_calloc(std::size_t count, std::size_t bytes);
void *__wrap_aligned_alloc(std::size_t alignment, std::size_t bytes);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);

void *__wrap_malloc(std::size_t bytes) { return refuse() ? nullptr : __real_malloc(bytes); }
void *__wrap_calloc(std::size_t count, std::size_t bytes) {
  return refuse() ? nullptr : __real_calloc(count, bytes);
}
void *__wrap_aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return refuse() ? nullptr : __real_aligned_alloc(alignment, bytes);
}
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context) {
  return refuse() ? EAGAIN : __real_pthread_create(thread, attributes, run, context);
}
}

namespace {

void every_request_refused() {
  std::size_t tried = 0;
  for (const auto &call : test::library_calls()) {
    start_counting(-1);
    const auto usual = call.run();
    const int needed = requests;
    for (int which = 0; which < needed; ++which) {
      start_counting(which);
      errno = 4711;
      const auto result = call.run();
      const bool right =
          result == std::vector<double>{RERANK_OUT_OF_MEMORY} || result == std::vector<double>{RERANK_NO_THREADS};
      EXPECT(right && errno == 4711);
      if (!right) std::printf("%s, request %d of %d\n", call.name.c_str(), which, needed);
      ++tried;
    }
    start_counting(-1);
    const auto again = call.run();
    EXPECT(again.size() == usual.size() &&
           std::memcmp(again.data(), usual.data(), usual.size() * sizeof(double)) == 0);
  }
  std::printf("%zu refusals\n", tried);
  EXPECT(tried > 500);
}

/// With a workspace a call asks for nothing, also for its threads.
void workspace_is_enough() {
  test::RandomFaces faces(2);
  for (const std::size_t count : {1u, 70u, 200u}) {
    const auto rows = test::to_float(faces.rows(count, 130, 50, 0.7));
    rerank_options options;
    EXPECT(rerank_options_init(&options, sizeof options) == RERANK_OK);
    options.dimension = 130;
    std::uint64_t bytes = 0;
    const auto told = static_cast<std::int32_t>(count);
    EXPECT(rerank_workspace_bytes(&options, 1, told, &bytes) == RERANK_OK);
    options.workspace = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    options.workspace_bytes = bytes;
    EXPECT(rerank_pool_create(2, &options.pool) == RERANK_OK);
    std::vector<double> scores(count);
    start_counting(0);
    EXPECT(rerank_scores(&options, rows.data(), rows.data(), told, nullptr, scores.data(), nullptr, nullptr) ==
           RERANK_OK);
    EXPECT(requests == 0);
    start_counting(-1);
    rerank_pool_destroy(options.pool);
    std::free(options.workspace);
  }
}

}  // namespace

int main() {
  test::group("every request refused in turn", every_request_refused);
  test::group("a workspace is enough", workspace_is_enough);
  return test::finish();
}
