// SPDX-License-Identifier: Apache-2.0
//
// Calls from many threads at once, which ThreadSanitizer watches in a build of its own.

#include <pthread.h>
#include <limits.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "check.h"
#include "library_calls.h"
#include "random_faces.h"
#include "rerank_compute.h"

namespace {

using Rows = std::vector<double>;

bool same_bits(const Rows &a, const Rows &b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Runs `work(thread)`, which returns how often something was wrong, in each of `count` threads.
template <class Work>
void in_threads(std::size_t count, const Work &work) {
  std::vector<int> wrong(count);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&, i] { wrong[i] = work(i); });
  for (auto &thread : threads) thread.join();
  for (const int times : wrong) EXPECT(times == 0);
}

void every_call() {
  const auto calls = test::library_calls();
  std::vector<Rows> wanted;
  for (const auto &call : calls) wanted.push_back(call.run());
  in_threads(4, [&](std::size_t thread) {
    int wrong = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const std::size_t at = (i + thread * calls.size() / 4) % calls.size();
      wrong += same_bits(calls[at].run(), wanted[at]) ? 0 : 1;
    }
    return wrong;
  });
}

constexpr std::size_t legacy_count = 12;

Rows legacy_scores(const Rows &rows) {
  Rows scores(legacy_count);
  EXPECT(compute_rerank_scores_from_embeddings(rows.data(), rows.data(), legacy_count, 0.5, scores.data()) == 0);
  return scores;
}

/// A reader sees alpha and tau of one setting, never of two.
void legacy_calibration() {
  const Rows rows = test::RandomFaces(5).rows(legacy_count, RERANK_LEGACY_DIMENSION, 3, 0.9);
  const double settings[][2] = {{30, 0.42}, {25, 0.426}, {60, 0.1}};
  std::vector<Rows> wanted;
  for (const auto &setting : settings) {
    EXPECT(rerank_set_legacy_calibration(setting[0], setting[1]) == RERANK_OK);
    wanted.push_back(legacy_scores(rows));
  }
  std::atomic<int> readers{2};
  in_threads(4, [&](std::size_t thread) {
    int wrong = 0;
    if (thread < 2) {
      for (std::size_t round = 0; readers.load() > 0; ++round) {
        const auto &setting = settings[(round + thread) % 3];
        wrong += rerank_set_legacy_calibration(setting[0], setting[1]) == RERANK_OK ? 0 : 1;
      }
      return wrong;
    }
    for (int round = 0; round < 300; ++round) {
      const Rows got = legacy_scores(rows);
      wrong += same_bits(got, wanted[0]) || same_bits(got, wanted[1]) || same_bits(got, wanted[2]) ? 0 : 1;
    }
    --readers;
    return wrong;
  });
  EXPECT(rerank_set_legacy_calibration(30, 0.42) == RERANK_OK);
}

struct Search {
  std::vector<float> query;
  std::vector<float> candidates;
  rerank_options options;
};

/// Half of the candidates are one person: then there is something to share.
Search large_search() {
  test::RandomFaces faces(6);
  Search search = {test::to_float(faces.direction(96)), test::to_float(faces.rows(150, 96, 75, 0.8)), {}};
  EXPECT(rerank_options_init(&search.options, sizeof search.options) == RERANK_OK);
  search.options.dimension = 96;
  return search;
}

Rows search_scores(const Search &search, rerank_pool *pool) {
  rerank_options options = search.options;
  options.pool = pool;
  const std::size_t count = search.candidates.size() / search.query.size();
  Rows scores(count);
  const int status = rerank_scores(&options, search.query.data(), search.candidates.data(),
                                   static_cast<std::int32_t>(count), nullptr, scores.data(), nullptr, nullptr);
  return status == RERANK_OK ? scores : Rows();
}

/// Pools of each thread's own, and one that all of them want.
void pools() {
  const Search search = large_search();
  const Rows wanted = search_scores(search, nullptr);
  rerank_pool *wanted_by_all = nullptr;
  EXPECT(rerank_pool_create(3, &wanted_by_all) == RERANK_OK);
  in_threads(3, [&](std::size_t thread) {
    int wrong = 0;
    for (int round = 0; round < 6; ++round) {
      rerank_pool *own = nullptr;
      wrong += rerank_pool_create(1 + static_cast<std::int32_t>(thread), &own) == RERANK_OK ? 0 : 1;
      for (rerank_pool *pool : {own, wanted_by_all, own, wanted_by_all}) {
        wrong += same_bits(search_scores(search, pool), wanted) ? 0 : 1;
      }
      rerank_pool_destroy(own);
    }
    return wrong;
  });
  rerank_pool_destroy(wanted_by_all);
}

/// Threads with hardly any stack, as some runtimes start them.
void small_stacks() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr std::size_t wanted = std::size_t{1} << 20;
#else
  constexpr std::size_t wanted = std::size_t{96} << 10;
#endif
  const std::size_t stack_bytes = std::max(wanted, static_cast<std::size_t>(PTHREAD_STACK_MIN));
  static const auto calls = test::library_calls();
  pthread_attr_t attributes;
  EXPECT(pthread_attr_init(&attributes) == 0);
  EXPECT(pthread_attr_setstacksize(&attributes, stack_bytes) == 0);
  pthread_t thread;
  const auto run = [](void *) -> void * {
    for (const auto &call : calls) call.run();
    return nullptr;
  };
  EXPECT(pthread_create(&thread, &attributes, run, nullptr) == 0);
  EXPECT(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
}

}  // namespace

int main() {
  test::group("every call at once", every_call);
  test::group("pools", pools);
  test::group("small stacks", small_stacks);
  test::group("legacy calibration set while others score", legacy_calibration);
  return test::finish();
}
