// SPDX-License-Identifier: Apache-2.0
//
// Calls from many threads at once, which ThreadSanitizer watches in a build of its own.

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

}  // namespace

int main() {
  test::group("every call at once", every_call);
  test::group("legacy calibration set while others score", legacy_calibration);
  return test::finish();
}
