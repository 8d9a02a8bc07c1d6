// SPDX-License-Identifier: Apache-2.0
//
// What must hold for the scores of librerank_compute, on random searches and against a plain float64 reference.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "random_faces.h"
#include "rerank_call.h"
#include "rerank_reference.h"

namespace {

using Rows = std::vector<double>;

struct Search {
  std::size_t dimension;
  std::size_t count;
  Rows query;
  Rows candidates;
  rerank_options options;
  test::Reference reference;
};

double score_of_cosine(const Search &search, double cosine) {
  const auto &o = search.options;
  const double shift = o.gallery_size == 0 ? 0 : std::log(o.gallery_size / o.n_cal);
  return cosine >= 1 - 1e-9 ? 1 : 1 / (1 + std::exp(-(o.alpha * (cosine - o.tau) - shift)));
}

/// A random search whose candidates form groups of the tightness of real embeddings.
Search random_search(unsigned seed, std::size_t largest_count = 150) {
  test::RandomFaces faces(seed);
  Search search = {};
  const std::size_t dimensions[] = {1, 2, 3, 17, 64, 128, 509, 512, 1024};
  search.dimension = dimensions[faces.below(9)];
  search.count = 1 + faces.below(largest_count);
  const std::size_t photos[] = {1, 2, 5, 1000};
  const double noises[] = {0.1, 0.7, 1.0, 1.2};
  search.candidates = faces.rows(search.count, search.dimension, photos[faces.below(4)], noises[faces.below(4)]);
  const std::size_t found = faces.below(search.count) * search.dimension;
  const auto first = search.candidates.begin() + static_cast<std::ptrdiff_t>(found);
  search.query = faces.photo(Rows(first, first + static_cast<std::ptrdiff_t>(search.dimension)), 0.8);
  auto &options = search.options = test::default_options(search.dimension, RERANK_FLOAT64);
  options.alpha = faces.between(5, 60);
  options.tau = faces.between(0.1, 0.6);
  options.threshold = faces.between(0, 1);
  options.n_cal = 1000;
  options.gallery_size = seed % 2 == 0 ? 0 : faces.between(1, 1e7);
  options.mode = seed % 5 == 0 ? RERANK_MODE_REPLACE : RERANK_MODE_MAX;
  auto &reference = search.reference;
  reference.dimension = search.dimension;
  reference.alpha = options.alpha;
  reference.tau = options.tau;
  reference.threshold = options.threshold;
  reference.gallery_size = options.gallery_size == 0 ? 1000 : options.gallery_size;
  reference.replace = options.mode == RERANK_MODE_REPLACE;
  return search;
}

/// What single precision may change in a score by way of the votes.
constexpr double vote_error = 1e-6;

template <class Check>
void for_searches(unsigned runs, const Check &check) {
  for (unsigned seed = 1; seed <= runs; ++seed) check(random_search(seed), seed);
}

void equals_reference() {
  for_searches(120, [](const Search &search, unsigned) {
    const auto wanted = search.reference.scores(search.query, search.candidates);
    const auto got = test::rerank(search.options, search.query, search.candidates);
    EXPECT(got.status == RERANK_OK);
    const auto query = test::to_float(search.query);
    const auto candidates = test::to_float(search.candidates);
    const auto single = test::rerank(search.options, query, candidates);
    const auto single_wanted = search.reference.scores(test::to_double(query), test::to_double(candidates));
    for (std::size_t j = 0; j < search.count; ++j) {
      EXPECT_NEAR(got.scores[j], wanted[j], vote_error);
      EXPECT_NEAR(single.scores[j], single_wanted[j], vote_error);
      EXPECT_NEAR(single.scores[j], wanted[j], 1e-5);
      EXPECT(got.scores[j] >= 0 && got.scores[j] <= 1);
      EXPECT(got.cosines[j] >= -1 && got.cosines[j] <= 1);
    }
  });
}

void equals_reference_with_subjects() {
  for_searches(60, [](const Search &search, unsigned seed) {
    test::RandomFaces faces(seed + 1000);
    std::vector<std::int32_t> subjects(search.count);
    const bool all_known = seed % 3 == 0;
    for (auto &id : subjects) id = static_cast<std::int32_t>(faces.below(6)) - (all_known ? 0 : 1);
    const auto wanted = search.reference.scores(search.query, search.candidates, subjects);
    const auto got = test::rerank(search.options, search.query, search.candidates, subjects);
    for (std::size_t j = 0; j < search.count; ++j) EXPECT_NEAR(got.scores[j], wanted[j], vote_error);
  });
}

void never_below_own_cosine() {
  for_searches(60, [](Search search, unsigned) {
    search.options.mode = RERANK_MODE_MAX;
    const auto got = test::rerank(search.options, search.query, search.candidates);
    search.options.mode = RERANK_MODE_COSINE;
    const auto plain = test::rerank(search.options, search.query, search.candidates);
    search.options.mode = RERANK_MODE_MAX;
    search.options.voting = 0;
    const auto silent = test::rerank(search.options, search.query, search.candidates);
    EXPECT(plain.scores == silent.scores);
    EXPECT(plain.cosines == got.cosines);
    for (std::size_t j = 0; j < search.count; ++j) {
      EXPECT(got.scores[j] >= plain.scores[j]);
      EXPECT_NEAR(plain.scores[j], score_of_cosine(search, plain.cosines[j]), 1e-12);
      EXPECT(plain.neighbours[j] == 0 && silent.neighbours[j] == 0);
    }
  });
}

void permutation() {
  for_searches(60, [](const Search &search, unsigned) {
    const auto got = test::rerank(search.options, search.query, search.candidates);
    std::vector<std::size_t> order(search.count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), std::mt19937(7));
    Rows shuffled;
    for (const std::size_t from : order) {
      const auto row = search.candidates.begin() + static_cast<std::ptrdiff_t>(from * search.dimension);
      shuffled.insert(shuffled.end(), row, row + static_cast<std::ptrdiff_t>(search.dimension));
    }
    const auto moved = test::rerank(search.options, search.query, shuffled);
    for (std::size_t j = 0; j < search.count; ++j) {
      EXPECT_NEAR(moved.scores[j], got.scores[order[j]], vote_error);
      EXPECT(moved.neighbours[j] == got.neighbours[order[j]]);
    }
  });
}

void scaling() {
  for_searches(60, [](const Search &search, unsigned seed) {
    test::RandomFaces faces(seed);
    const auto got = test::rerank(search.options, search.query, search.candidates);
    // Up to the ends of the range of a double: squares overflow or vanish there.
    const double factors[] = {1e-300, 1e-160, 1e-3, 1, 17.3, 1e155, 1e300};
    Search scaled = search;
    const double query_factor = factors[faces.below(7)];
    for (double &value : scaled.query) value *= query_factor;
    for (std::size_t j = 0; j < search.count; ++j) {
      const double factor = factors[faces.below(7)];
      for (std::size_t d = 0; d < search.dimension; ++d) scaled.candidates[j * search.dimension + d] *= factor;
    }
    const auto after = test::rerank(search.options, scaled.query, scaled.candidates);
    for (std::size_t j = 0; j < search.count; ++j) EXPECT_NEAR(after.scores[j], got.scores[j], vote_error);
  });
  // The smallest floats: subnormal, and no longer able to be squared in single precision.
  const std::vector<float> tiny = {1e-42F, 3e-42F, -2e-42F};
  const std::vector<float> usual = {1.0F, 3.0F, -2.0F};
  const auto options = test::default_options(3, RERANK_FLOAT32);
  EXPECT_NEAR(test::rerank(options, tiny, usual).cosines[0], 1, 1e-2);
  EXPECT(test::rerank(options, tiny, tiny).scores[0] == 1);
}

void identical_embedding() {
  for_searches(60, [](Search search, unsigned seed) {
    search.options.mode = RERANK_MODE_MAX;
    const std::size_t at = seed % search.count * search.dimension;
    const double factor = seed % 2 == 0 ? 1 : 0.37;
    for (std::size_t d = 0; d < search.dimension; ++d) search.candidates[at + d] = factor * search.query[d];
    const auto got = test::rerank(search.options, search.query, search.candidates);
    EXPECT(got.scores[at / search.dimension] == 1);
    const auto single = test::rerank(search.options, test::to_float(search.query), test::to_float(search.query));
    EXPECT(single.scores[0] == 1 && single.cosines[0] <= 1);
  });
}

void one_candidate() {
  Search search = random_search(3);
  search.options = test::default_options(2, RERANK_FLOAT64);
  double last = -1;
  for (int step = -100; step < 100; ++step) {
    const double cosine = step / 100.0;
    const Rows candidate = {cosine, std::sqrt(1 - cosine * cosine)};
    const auto got = test::rerank(search.options, Rows{1, 0}, candidate);
    EXPECT(got.scores[0] > last);
    EXPECT_NEAR(got.scores[0], score_of_cosine(search, cosine), 1e-12);
    EXPECT(got.neighbours[0] == 0);
    last = got.scores[0];
  }
}

void unrelated_candidate() {
  for_searches(60, [](Search search, unsigned) {
    // One more dimension, which only the newcomer uses: it is at right angles to all others.
    const auto widen = [&](const Rows &rows) {
      Rows wide;
      for (std::size_t at = 0; at < rows.size(); at += search.dimension) {
        const auto row = rows.begin() + static_cast<std::ptrdiff_t>(at);
        wide.insert(wide.end(), row, row + static_cast<std::ptrdiff_t>(search.dimension));
        wide.push_back(0);
      }
      return wide;
    };
    const Rows query = widen(search.query);
    Rows candidates = widen(search.candidates);
    search.options.dimension += 1;
    const auto before = test::rerank(search.options, query, candidates);
    Rows newcomer(search.dimension + 1, 0.0);
    newcomer.back() = 2;
    candidates.insert(candidates.begin(), newcomer.begin(), newcomer.end());
    const auto after = test::rerank(search.options, query, candidates);
    EXPECT(after.neighbours[0] == 0);
    for (std::size_t j = 0; j < search.count; ++j) {
      EXPECT_NEAR(after.scores[j + 1], before.scores[j], vote_error);
      // So few votes, with the own one, are counted in double precision and one after the other.
      if (before.neighbours[j] < 16) EXPECT(after.scores[j + 1] == before.scores[j]);
    }
  });
}

void duplicate() {
  for_searches(60, [](const Search &search, unsigned seed) {
    const auto before = test::rerank(search.options, search.query, search.candidates);
    const std::size_t index = seed % search.count;
    if (before.neighbours[index] != 0) return;
    Rows more = search.candidates;
    const auto row = search.candidates.begin() + static_cast<std::ptrdiff_t>(index * search.dimension);
    more.insert(more.end(), row, row + static_cast<std::ptrdiff_t>(search.dimension));
    const auto after = test::rerank(search.options, search.query, more);
    for (std::size_t j = 0; j < search.count; ++j) EXPECT_NEAR(after.scores[j], before.scores[j], vote_error);
    EXPECT_NEAR(after.scores.back(), before.scores[index], vote_error);
  });
}

template <class T>
void unusable_candidates() {
  const T wrong[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                     -std::numeric_limits<T>::infinity(), T{0}};
  for_searches(40, [&](const Search &search, unsigned seed) {
    const std::vector<T> query(search.query.begin(), search.query.end());
    const std::vector<T> good(search.candidates.begin(), search.candidates.end());
    std::vector<T> mixed;
    std::vector<std::size_t> bad;
    for (std::size_t j = 0; j < search.count; ++j) {
      if (j % 7 == seed % 7) {
        const T value = wrong[(j + seed) % 4];
        std::vector<T> row(search.dimension, value == T{0} ? T{0} : T{1});
        row[j % search.dimension] = value;
        bad.push_back(mixed.size() / search.dimension);
        mixed.insert(mixed.end(), row.begin(), row.end());
      }
      const auto row = good.begin() + static_cast<std::ptrdiff_t>(j * search.dimension);
      mixed.insert(mixed.end(), row, row + static_cast<std::ptrdiff_t>(search.dimension));
    }
    const auto alone = test::rerank(search.options, query, good);
    const auto got = test::rerank(search.options, query, mixed);
    EXPECT(got.status == RERANK_OK);
    std::size_t j = 0;
    for (std::size_t position = 0; position < got.scores.size(); ++position) {
      if (std::find(bad.begin(), bad.end(), position) != bad.end()) {
        EXPECT(got.scores[position] == 0 && got.cosines[position] == 0 && got.neighbours[position] == 0);
      } else {
        EXPECT(got.scores[position] == alone.scores[j++]);
      }
    }
  });
  const auto options = test::default_options(2, test::element_type<T>());
  const auto none = test::rerank(options, std::vector<T>{1, 0}, std::vector<T>{0, 0, wrong[0], 1});
  EXPECT(none.status == RERANK_OK && none.scores[0] == 0 && none.scores[1] == 0);
}

void repeatable() {
  for_searches(40, [](const Search &search, unsigned) {
    const auto first = test::rerank(search.options, search.query, search.candidates);
    const auto second = test::rerank(search.options, search.query, search.candidates);
    EXPECT(first.scores == second.scores && first.cosines == second.cosines);
    EXPECT(first.neighbours == second.neighbours);
  });
}

void row_stride() {
  for_searches(20, [](const Search &search, unsigned seed) {
    const auto packed = test::rerank(search.options, search.query, search.candidates);
    const std::size_t stride = search.dimension + 1 + seed;
    Rows spread((search.count - 1) * stride + search.dimension, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t j = 0; j < search.count; ++j) {
      std::copy_n(search.candidates.data() + j * search.dimension, search.dimension, spread.data() + j * stride);
    }
    rerank_options options = search.options;
    options.row_stride = static_cast<std::int64_t>(stride);
    Rows scores(search.count);
    EXPECT(rerank_scores(&options, search.query.data(), spread.data(), static_cast<std::int32_t>(search.count),
                         nullptr, scores.data(), nullptr, nullptr) == RERANK_OK);
    EXPECT(scores == packed.scores);
  });
}

/// Neighbours are counted, and votes of a known subject that cancel out leave the own cosine.
void neighbours() {
  const auto options = test::default_options(2, RERANK_FLOAT64);
  const Rows candidates = {1, 0, 1, 0.01, 0, 1, -1, 0};
  const auto got = test::rerank(options, Rows{1, 0.2}, candidates);
  EXPECT((got.neighbours == std::vector<std::int32_t>{1, 1, 0, 0}));
  rerank_options replace = options;
  replace.mode = RERANK_MODE_REPLACE;
  const auto opposite = test::rerank(replace, Rows{1, 0.2}, Rows{1, 0, -1, 0}, {5, 5});
  const Search plain = {2, 2, {}, {}, options, {}};
  EXPECT((opposite.neighbours == std::vector<std::int32_t>{1, 1}));
  EXPECT_NEAR(opposite.scores[0], score_of_cosine(plain, opposite.cosines[0]), 1e-12);
}

void legacy_call() {
  const auto general = [](const Rows &query, const Rows &candidates, double alpha, double tau, double threshold) {
    rerank_options options = test::default_options(1024, RERANK_FLOAT64);
    options.alpha = alpha;
    options.tau = tau;
    options.threshold = threshold;
    return test::rerank(options, query, candidates).scores;
  };
  const auto legacy = [](const Rows &query, const Rows &candidates, double threshold) {
    Rows scores(candidates.size() / 1024);
    EXPECT(compute_rerank_scores_from_embeddings(query.data(), candidates.data(), static_cast<int>(scores.size()),
                                                 threshold, scores.data()) == 0);
    return scores;
  };
  test::RandomFaces faces(11);
  const Rows candidates = faces.rows(60, 1024, 4, 0.9);
  const Rows query = faces.photo(Rows(candidates.begin(), candidates.begin() + 1024), 0.8);
  test::Reference reference = {1024};
  for (const double threshold : {-1.0, 0.0, 0.5, 0.7, 0.99, 2.0}) {
    EXPECT(legacy(query, candidates, threshold) == general(query, candidates, 30, 0.42, threshold));
    reference.threshold = threshold;
    const auto wanted = reference.scores(query, candidates);
    const auto got = legacy(query, candidates, threshold);
    for (std::size_t j = 0; j < wanted.size(); ++j) EXPECT_NEAR(got[j], wanted[j], vote_error);
  }
  EXPECT(rerank_set_legacy_calibration(25, 0.426) == RERANK_OK);
  EXPECT(legacy(query, candidates, 0.5) == general(query, candidates, 25, 0.426, 0.5));
  EXPECT(rerank_set_legacy_calibration(30, 0.42) == RERANK_OK);
}

}  // namespace

int main() {
  test::group("equals the float64 reference", equals_reference);
  test::group("equals the reference with known subjects", equals_reference_with_subjects);
  test::group("score is never below the calibrated cosine", never_below_own_cosine);
  test::group("permuted candidates give permuted scores", permutation);
  test::group("length of an embedding does not matter", scaling);
  test::group("an identical embedding scores exactly 1", identical_embedding);
  test::group("one candidate scores its calibrated cosine", one_candidate);
  test::group("an unrelated candidate changes nothing", unrelated_candidate);
  test::group("a duplicate without siblings changes nothing", duplicate);
  test::group("unusable candidates score 0 and do not vote, float", unusable_candidates<float>);
  test::group("unusable candidates score 0 and do not vote, double", unusable_candidates<double>);
  test::group("two runs are bit-identical", repeatable);
  test::group("row stride", row_stride);
  test::group("neighbours", neighbours);
  test::group("legacy call", legacy_call);
  return test::finish();
}
