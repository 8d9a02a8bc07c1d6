// SPDX-License-Identifier: Apache-2.0
//
// Several queries at once, workspaces of the caller, and pools of threads.

#include <cstdlib>
#include <limits>
#include <memory>
#include <thread>

#include "random_faces.h"
#include "rerank_call.h"

namespace {

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};
using Workspace = std::unique_ptr<unsigned char, Free>;

Workspace aligned_memory(std::size_t bytes) {
  return Workspace(static_cast<unsigned char *>(std::aligned_alloc(64, (bytes + 127) / 64 * 64)));
}

std::uint64_t needed(const rerank_options &options, std::int32_t queries, std::int32_t candidates) {
  std::uint64_t bytes = 0;
  EXPECT(rerank_workspace_bytes(&options, queries, candidates, &bytes) == RERANK_OK);
  return bytes;
}

struct Pool {
  explicit Pool(std::int32_t threads) { EXPECT(rerank_pool_create(threads, &pool) == RERANK_OK); }
  ~Pool() { rerank_pool_destroy(pool); }
  Pool(const Pool &) = delete;
  Pool &operator=(const Pool &) = delete;
  rerank_pool *pool = nullptr;
};

/// Queries with a gap after each, and their candidates.
template <class T>
void compare_with_single_calls(std::size_t dimension, std::size_t count, std::size_t photos) {
  constexpr std::size_t queries = 5;
  test::RandomFaces faces(static_cast<unsigned>(dimension + count));
  const auto convert = [](const std::vector<double> &values) { return std::vector<T>(values.begin(), values.end()); };
  const auto candidates = convert(faces.rows(count, dimension, photos, 0.8));
  const auto packed = convert(faces.rows(queries, dimension + 3, 1, 1));
  const auto options = test::default_options(dimension, test::element_type<T>());
  std::vector<double> scores(queries * count);
  std::vector<double> cosines(queries * count);
  std::vector<std::int32_t> neighbours(count);
  std::int32_t failed = 9;
  EXPECT(rerank_scores_batch(&options, packed.data(), queries, static_cast<std::int64_t>(dimension + 3),
                             candidates.data(), static_cast<std::int32_t>(count), nullptr, scores.data(),
                             cosines.data(), neighbours.data(), &failed) == RERANK_OK);
  EXPECT(failed == -1);
  for (std::size_t q = 0; q < queries; ++q) {
    const auto start = packed.begin() + static_cast<std::ptrdiff_t>(q * (dimension + 3));
    const std::vector<T> query(start, start + static_cast<std::ptrdiff_t>(dimension));
    const auto single = test::rerank(options, query, candidates);
    EXPECT(std::equal(single.scores.begin(), single.scores.end(), scores.begin() + static_cast<std::ptrdiff_t>(q * count)));
    EXPECT(std::equal(single.cosines.begin(), single.cosines.end(),
                      cosines.begin() + static_cast<std::ptrdiff_t>(q * count)));
    EXPECT(single.neighbours == neighbours);
  }
}

void a_batch_equals_single_calls() {
  for (const std::size_t photos : {1u, 4u, 300u}) {
    compare_with_single_calls<float>(64, 150, photos);
    compare_with_single_calls<double>(37, 110, photos);
    compare_with_single_calls<float>(1, 1, photos);
  }
}

void unusable_queries_are_named() {
  const auto options = test::default_options(4, RERANK_FLOAT32);
  const std::vector<float> candidates = {1, 0, 0, 0, 0, 1, 0, 0};
  std::vector<float> queries(12, 1);
  std::vector<double> scores(6);
  const auto run = [&](std::int32_t count, std::int64_t stride, std::int32_t *failed) {
    return rerank_scores_batch(&options, queries.data(), count, stride, candidates.data(), 2, nullptr, scores.data(),
                               nullptr, nullptr, failed);
  };
  std::int32_t failed = 9;
  EXPECT(run(3, 0, &failed) == RERANK_OK && failed == -1);
  queries[5] = std::numeric_limits<float>::infinity();
  EXPECT(run(3, 0, &failed) == RERANK_NON_FINITE_QUERY && failed == 1);
  EXPECT(run(3, 0, nullptr) == RERANK_NON_FINITE_QUERY);
  std::fill_n(queries.begin() + 8, 4, 0.0F);
  queries[5] = 1;
  EXPECT(run(3, 4, &failed) == RERANK_ZERO_QUERY && failed == 2);
  EXPECT(run(0, 0, &failed) == RERANK_INVALID_SIZE && failed == -1);
  EXPECT(run(-1, 0, &failed) == RERANK_INVALID_SIZE);
  EXPECT(run(RERANK_MAX_QUERIES + 1, 0, &failed) == RERANK_INVALID_SIZE);
  EXPECT(run(3, 3, &failed) == RERANK_INVALID_SIZE);
  EXPECT(run(3, -4, &failed) == RERANK_INVALID_SIZE);
  EXPECT(run(3, std::numeric_limits<std::int64_t>::max(), &failed) == RERANK_INVALID_SIZE);
  // Fits the address space, but no object can be that large.
  EXPECT(run(3, std::numeric_limits<std::int64_t>::max() / 4, &failed) == RERANK_INVALID_SIZE);
  EXPECT(run(1, 0, reinterpret_cast<std::int32_t *>(scores.data())) == RERANK_OVERLAP);
}

void workspaces() {
  test::RandomFaces faces(3);
  for (const std::size_t count : {1u, 40u, 200u}) {
    for (const std::size_t photos : {std::size_t{3}, count}) {
      const auto candidates = test::to_float(faces.rows(count, 48, photos, 0.6));
      const auto query = test::to_float(faces.direction(48));
      auto options = test::default_options(48, RERANK_FLOAT32);
      const auto plain = test::rerank(options, query, candidates);
      const std::size_t bytes = needed(options, 1, static_cast<std::int32_t>(count));
      const Workspace memory = aligned_memory(bytes);
      std::fill_n(memory.get() + bytes, 64, std::uint8_t{0xA5});
      // What an earlier call left there means nothing.
      std::fill_n(memory.get(), bytes, std::uint8_t{0xFF});
      options.workspace = memory.get();
      options.workspace_bytes = bytes;
      const auto given = test::rerank(options, query, candidates);
      EXPECT(given.status == RERANK_OK && given.scores == plain.scores && given.neighbours == plain.neighbours);
      for (std::size_t i = 0; i < 64; ++i) EXPECT(memory.get()[bytes + i] == 0xA5);
      EXPECT(needed(options, 1, 1) <= bytes && needed(options, 2, static_cast<std::int32_t>(count)) > bytes);

      options.workspace_bytes = bytes - 1;
      EXPECT(test::rerank(options, query, candidates).status == RERANK_SMALL_WORKSPACE);
      options.workspace_bytes = bytes;
      options.workspace = memory.get() + 8;
      EXPECT(test::rerank(options, query, candidates).status == RERANK_MISALIGNED);
    }
  }
}

void wrong_workspaces() {
  auto options = test::default_options(4096, RERANK_FLOAT64);
  std::uint64_t bytes = 0;
  EXPECT(rerank_workspace_bytes(&options, 1, 1, nullptr) == RERANK_NULL_POINTER);
  EXPECT(rerank_workspace_bytes(nullptr, 1, 1, &bytes) == RERANK_NULL_POINTER);
  EXPECT(rerank_workspace_bytes(&options, 0, 1, &bytes) == RERANK_INVALID_SIZE);
  EXPECT(rerank_workspace_bytes(&options, 1, 0, &bytes) == RERANK_INVALID_SIZE);
  // Grows with the number of candidates, not with its square.
  const double large = static_cast<double>(needed(options, 1, RERANK_MAX_CANDIDATES));
  EXPECT(large < 1.2 * 100 * static_cast<double>(needed(options, 1, RERANK_MAX_CANDIDATES / 100)));
  options.mode = RERANK_MODE_COSINE;
  EXPECT(static_cast<double>(needed(options, 1, RERANK_MAX_CANDIDATES)) < large);
  options.mode = 7;
  EXPECT(rerank_workspace_bytes(&options, 1, 1, &bytes) == RERANK_INVALID_OPTION);

  options = test::default_options(8, RERANK_FLOAT32);
  const std::size_t size = needed(options, 1, 2);
  const Workspace memory = aligned_memory(size);
  options.workspace = memory.get();
  options.workspace_bytes = size;
  auto *scores = reinterpret_cast<double *>(memory.get());
  const std::vector<float> rows(24, 1);
  EXPECT(rerank_scores(&options, rows.data(), rows.data() + 8, 2, nullptr, scores, nullptr, nullptr) ==
         RERANK_OVERLAP);
}

void pools() {
  rerank_pool *pool = nullptr;
  EXPECT(rerank_pool_create(2, nullptr) == RERANK_NULL_POINTER);
  for (const std::int32_t wrong : {0, -1, RERANK_MAX_THREADS + 1}) {
    pool = reinterpret_cast<rerank_pool *>(&pool);
    EXPECT(rerank_pool_create(wrong, &pool) == RERANK_INVALID_OPTION && pool == nullptr);
  }
  rerank_pool_destroy(nullptr);

  test::RandomFaces faces(8);
  const auto candidates = test::to_float(faces.rows(300, 64, 40, 0.7));
  const auto query = test::to_float(faces.direction(64));
  auto options = test::default_options(64, RERANK_FLOAT32);
  const auto alone = test::rerank(options, query, candidates);
  for (const std::int32_t threads : {1, 2, 5}) {
    const Pool helpers(threads);
    options.pool = helpers.pool;
    for (int run = 0; run < 20; ++run) EXPECT(test::rerank(options, query, candidates).scores == alone.scores);
    // Callers that meet at the pool: one gets the threads, the others work alone.
    std::vector<std::thread> callers;
    std::vector<int> equal(4);
    for (int &result : equal) {
      callers.emplace_back([&] {
        result = 1;
        for (int run = 0; run < 10; ++run) {
          if (test::rerank(options, query, candidates).scores != alone.scores) result = 0;
        }
      });
    }
    for (std::thread &caller : callers) caller.join();
    for (const int result : equal) EXPECT(result == 1);
  }
}

}  // namespace

int main() {
  test::group("a batch equals single calls", a_batch_equals_single_calls);
  test::group("unusable queries are named", unusable_queries_are_named);
  test::group("workspaces", workspaces);
  test::group("wrong workspaces", wrong_workspaces);
  test::group("pools", pools);
  return test::finish();
}
