// SPDX-License-Identifier: Apache-2.0
//
// The library as its users see it, through the C interface:
//   library [element=float64] [mode=cosine] [workspace=own] [threads=2] [queries=10]
//   legacy
#include <cstdint>

#include "aligned_memory.h"
#include "contender.h"
#include "rerank_compute.h"

namespace bench {
namespace {

struct Destroy {
  void operator()(rerank_pool *pool) const { rerank_pool_destroy(pool); }
};

/// The data in both element types, so that no conversion of ours is part of a call.
class Rows {
 public:
  Rows(const DataSet &data, bool as_double) : data_(data) {
    if (as_double) doubles_.assign(data.values.begin(), data.values.end());
  }
  [[nodiscard]] const void *query() const { return at(0); }
  [[nodiscard]] const void *candidates() const { return at(data_.dimension); }

 private:
  [[nodiscard]] const void *at(std::size_t element) const {
    if (doubles_.empty()) return data_.values.data() + element;
    return doubles_.data() + element;
  }
  const DataSet &data_;
  std::vector<double> doubles_;
};

class LibraryContender : public Contender {
 public:
  LibraryContender(const Specification &specification, const DataSet &data)
      : rows_(data, specification.has("element", "float64")),
        count_(static_cast<std::int32_t>(data.count())),
        queries_(specification.number("queries", 1)) {
    status_ = rerank_options_init(&options_, sizeof options_);
    options_.element_type = specification.has("element", "float64") ? RERANK_FLOAT64 : RERANK_FLOAT32;
    options_.dimension = static_cast<std::int32_t>(data.dimension);
    options_.mode = specification.has("mode", "cosine") ? RERANK_MODE_COSINE : RERANK_MODE_MAX;
    options_.alpha = alpha;
    options_.tau = tau;
    options_.threshold = threshold;
    scores_.resize(data.count() * static_cast<std::size_t>(queries_));
    start_threads(specification.number("threads", 1));
    if (!specification.has("workspace", "own")) give_workspace();
  }

  const char *call() override {
    if (status_ == RERANK_OK) status_ = score();
    return status_ == RERANK_OK ? nullptr : rerank_status_text(status_);
  }

  [[nodiscard]] std::size_t workspace_bytes() const override { return options_.workspace_bytes; }

 private:
  void start_threads(std::int32_t threads) {
    if (threads < 2 || status_ != RERANK_OK) return;
    rerank_pool *pool = nullptr;
    status_ = rerank_pool_create(threads, &pool);
    pool_.reset(pool);
    options_.pool = pool;
  }

  void give_workspace() {
    std::uint64_t bytes = 0;
    if (status_ == RERANK_OK) status_ = rerank_workspace_bytes(&options_, queries_, count_, &bytes);
    if (status_ != RERANK_OK) return;
    workspace_ = aligned_memory(bytes);
    options_.workspace = workspace_.get();
    options_.workspace_bytes = bytes;
  }

  int score() {
    if (queries_ == 1) {
      return rerank_scores(&options_, rows_.query(), rows_.candidates(), count_, nullptr, scores_.data(), nullptr,
                           nullptr);
    }
    // The query of the data set first; the candidates that follow it serve as the others.
    return rerank_scores_batch(&options_, rows_.query(), queries_, 0, rows_.candidates(), count_, nullptr,
                               scores_.data(), nullptr, nullptr, nullptr);
  }

  Rows rows_;
  std::int32_t count_;
  std::int32_t queries_;
  rerank_options options_ = {};
  int status_ = RERANK_OK;
  std::unique_ptr<rerank_pool, Destroy> pool_;
  Memory workspace_;
};

class LegacyContender : public Contender {
 public:
  explicit LegacyContender(const DataSet &data) : rows_(data, true), count_(static_cast<int>(data.count())) {
    scores_.resize(data.count());
    status_ = rerank_set_legacy_calibration(alpha, tau);
  }

  const char *call() override {
    if (status_ == RERANK_OK) {
      status_ = compute_rerank_scores_from_embeddings(static_cast<const double *>(rows_.query()),
                                                      static_cast<const double *>(rows_.candidates()), count_,
                                                      threshold, scores_.data());
    }
    return status_ == RERANK_OK ? nullptr : rerank_status_text(status_);
  }

 private:
  Rows rows_;
  int count_;
  int status_;
};

}  // namespace

std::unique_ptr<Contender> make_library_contender(const Specification &specification, const DataSet &data) {
  if (specification.name() == "library") return std::make_unique<LibraryContender>(specification, data);
  const bool fits = data.dimension == RERANK_LEGACY_DIMENSION;
  if (specification.name() == "legacy" && fits) return std::make_unique<LegacyContender>(data);
  return nullptr;
}

}  // namespace bench
