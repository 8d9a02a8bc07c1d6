// SPDX-License-Identifier: Apache-2.0
//
// The libraries as a program gets them that decides at run time: opened, called and closed, again and again, from
// many threads, and in a process that forked.

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#include "check.h"
#include "face_pixels.h"
#include "merge_embeddings.h"
#include "random_faces.h"
#include "rerank_compute.h"

namespace {

constexpr std::size_t dimension = 64;
constexpr std::size_t count = 20;

/// A library that was opened, and closed again at the end.
class Library {
 public:
  explicit Library(const char *path) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    EXPECT(handle_ != nullptr);
    if (handle_ == nullptr) std::printf("%s\n", dlerror());
  }
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  Library(const Library &) = delete;
  Library &operator=(const Library &) = delete;

  template <class Function>
  Function *function(const char *name) const {
    return reinterpret_cast<Function *>(dlsym(handle_, name));
  }

 private:
  void *handle_;
};

const std::vector<double> &rows() {
  static const std::vector<double> made = test::RandomFaces(3).rows(count, dimension, 4, 0.6);
  return made;
}

/// @param pool may be null.
std::vector<double> rerank(const Library &library, rerank_pool *pool) {
  rerank_options options;
  EXPECT(library.function<decltype(rerank_options_init)>("rerank_options_init")(&options, sizeof options) == 0);
  options.dimension = dimension;
  options.element_type = RERANK_FLOAT64;
  options.pool = pool;
  std::vector<double> scores(count);
  EXPECT(library.function<decltype(rerank_scores)>("rerank_scores")(
             &options, rows().data(), rows().data(), count, nullptr, scores.data(), nullptr, nullptr) == 0);
  return scores;
}

std::vector<double> merge(const Library &library) {
  merge_options options;
  EXPECT(library.function<decltype(merge_options_init)>("merge_options_init")(&options, sizeof options) == 0);
  options.dimension = dimension;
  options.element_type = MERGE_FLOAT64;
  std::vector<double> merged(dimension);
  EXPECT(library.function<decltype(merge_embeddings)>("merge_embeddings")(
             &options, rows().data(), count, merged.data(), nullptr, nullptr, nullptr) == 0);
  return merged;
}

std::vector<double> crop(const Library &library) {
  const std::vector<std::uint8_t> picture(30 * 30 * 3, 77);
  const double inverse[] = {0.3, 0.1, -2, 1};
  std::vector<std::uint8_t> face(PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3);
  EXPECT(library.function<decltype(pixels_warp_face)>("pixels_warp_face")(picture.data(), 30, 30, inverse,
                                                                          face.data()) == 0);
  return std::vector<double>(face.begin(), face.end());
}

/// Opens all three, calls them and closes them.
std::vector<double> use_libraries() {
  const Library reranking(RERANK_LIBRARY);
  const Library merging(MERGE_LIBRARY);
  const Library drawing(PIXELS_LIBRARY);
  std::vector<double> results = rerank(reranking, nullptr);
  for (const auto &more : {merge(merging), crop(drawing)}) results.insert(results.end(), more.begin(), more.end());
  return results;
}

bool is_loaded(const char *path) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  if (handle == nullptr) return false;
  dlclose(handle);
  return true;
}

void again_and_again() {
  const auto wanted = use_libraries();
  for (int round = 0; round < 50; ++round) {
    EXPECT(use_libraries() == wanted);
    for (const char *path : {RERANK_LIBRARY, MERGE_LIBRARY, PIXELS_LIBRARY}) EXPECT(!is_loaded(path));
  }
}

void many_threads() {
  const auto wanted = use_libraries();
  std::vector<int> right(8);
  std::vector<std::thread> threads;
  for (int &rounds : right) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) rounds += use_libraries() == wanted ? 1 : 0;
    });
  }
  for (auto &thread : threads) thread.join();
  for (const int rounds : right) EXPECT(rounds == 20);
}

/// A server that loads the libraries and then starts its workers by forking.
void forked() {
  const Library reranking(RERANK_LIBRARY);
  const Library merging(MERGE_LIBRARY);
  const Library drawing(PIXELS_LIBRARY);
  const auto all = [&] {
    std::vector<double> results = rerank(reranking, nullptr);
    for (const auto &more : {merge(merging), crop(drawing)})
      results.insert(results.end(), more.begin(), more.end());
    return results;
  };
  const auto wanted = all();
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    bool right = all() == wanted;
    std::vector<double> in_thread;
    std::thread([&] { in_thread = all(); }).join();
    right = right && in_thread == wanted && test::failures() == 0;
    _exit(right ? 0 : 1);
  }
  EXPECT(all() == wanted);
  int status = -1;
  EXPECT(waitpid(child, &status, 0) == child);
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/// Of a pool's threads none is left in the child, which can still use and end it.
void forked_with_pool() {
  const Library reranking(RERANK_LIBRARY);
  const auto destroy = reranking.function<decltype(rerank_pool_destroy)>("rerank_pool_destroy");
  rerank_pool *pool = nullptr;
  EXPECT(reranking.function<decltype(rerank_pool_create)>("rerank_pool_create")(4, &pool) == RERANK_OK);
  const auto wanted = rerank(reranking, nullptr);
  EXPECT(rerank(reranking, pool) == wanted);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    // A signal tells of a child that waits for threads which are not there.
    alarm(20);
    const bool right = rerank(reranking, pool) == wanted && test::failures() == 0;
    destroy(pool);
    _exit(right ? 0 : 1);
  }
  EXPECT(rerank(reranking, pool) == wanted);
  destroy(pool);
  int status = -1;
  EXPECT(waitpid(child, &status, 0) == child);
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace

int main() {
  test::group("opened and closed", again_and_again);
  test::group("opened and closed by many threads", many_threads);
  test::group("used after a fork", forked);
  test::group("a pool after a fork", forked_with_pool);
  return test::finish();
}
