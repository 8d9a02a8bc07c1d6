// SPDX-License-Identifier: Apache-2.0
#include "score_task.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "arena.h"
#include "candidate_rows.h"
#include "pair_judge.h"
#include "quantized_rows.h"
#include "round_up.h"
#include "unit_rows.h"
#include "vectors/unit_row.h"
#include "voting.h"

namespace face {
namespace {

/// From here on a candidate is the query itself; the rest is rounding of the caller's own embeddings.
constexpr double identical_cosine = 1 - 1e-9;

double score_of(double cosine, const Calibration &calibration) noexcept {
  if (cosine >= identical_cosine) return 1;
  const double logit = calibration.alpha * (cosine - calibration.tau) - calibration.gallery_shift;
  // exp() of the negative magnitude cannot overflow, whatever the sign.
  const double power = std::exp(-std::fabs(logit));
  return logit >= 0 ? 1 / (1 + power) : power / (1 + power);
}

/// Memory and steps of one call.
template <class T>
class Scoring {
 public:
  Scoring(Arena *arena, const Kernels &kernels, const ScoreShape &shape) noexcept
      : loops_(*kernels.loops),
        shape_(shape),
        voters_(shape.vote_use == VoteUse::none ? 0 : shape.count),
        queries_(arena->take<double>(shape.queries * shape.dimension)),
        rows_(arena, shape.count, shape.dimension),
        cosines_(arena->take<double>(shape.queries * shape.count)),
        votes_(arena->take<double>(shape.queries * voters_)),
        neighbours_(arena->take<std::int32_t>(voters_)),
        units_(arena, voters_, shape.dimension),
        quantized_(arena, kernels.screen, voters_, shape.dimension),
        voting_(arena, voters_, units_) {}

  [[nodiscard]] Status run(const PoolLease &pool, const ScoreTask<T> &task, const ScoreOutputs &outputs) noexcept {
    const Status status = read_queries(task, outputs.failed_query);
    if (status != Status::ok) return status;
    rows_.start(task.candidates, task.row_stride);
    if (!prepare_rows(pool)) {
      rows_.settle_extreme_rows();
      // All that is left can be used.
      (void)prepare_rows(pool);
    }
    const bool voting = voters_ > 0 && rows_.size() > 1;
    if (voting) vote(pool, task);
    for (std::size_t q = 0; q < shape_.queries; ++q) write_query(q, voting, task.calibration, outputs);
    if (outputs.neighbours != nullptr) write_neighbours(voting, outputs.neighbours);
    return Status::ok;
  }

 private:
  [[nodiscard]] Status read_queries(const ScoreTask<T> &task, std::int32_t *failed_query) noexcept {
    for (std::size_t q = 0; q < shape_.queries; ++q) {
      const Status status =
          write_unit_row(task.queries + q * task.query_stride, shape_.dimension, queries_ + q * shape_.dimension);
      if (status == Status::ok) continue;
      if (failed_query != nullptr) *failed_query = static_cast<std::int32_t>(q);
      return status;
    }
    return Status::ok;
  }

  /// @return false when some rows have to be settled first.
  [[nodiscard]] bool prepare_rows(const PoolLease &pool) noexcept {
    const std::size_t count = rows_.size();
    if (voters_ > 0) {
      units_.pad(count);
      if (quantized_.used()) quantized_.pad(count);
    }
    std::atomic<bool> all_plain{true};
    pool.for_each(round_up(count, screen_columns) / screen_columns, [&](std::size_t panel) {
      const std::size_t end = std::min((panel + 1) * screen_columns, count);
      for (std::size_t index = panel * screen_columns; index < end; ++index) {
        if (!prepare_row(index)) all_plain.store(false, std::memory_order_relaxed);
      }
      if (quantized_.used() && voters_ > 0) quantized_.fill_panel(panel * screen_columns, count);
    });
    return all_plain.load();
  }

  [[nodiscard]] bool prepare_row(std::size_t index) noexcept {
    double product = 0;
    if (!rows_.measure(loops_, index, queries_, &product)) return false;
    for (std::size_t q = 0; q < shape_.queries; ++q) {
      if (q > 0) {
        // By the function that measures, so that a query has the same cosine first and last.
        (void)rows_.measure(loops_, index, queries_ + q * shape_.dimension, &product);
      }
      cosines_[q * shape_.count + index] = std::min(std::max(product, -1.0), 1.0);
    }
    if (voters_ == 0) return true;
    const float largest = units_.fill(loops_, rows_, index);
    if (quantized_.used()) quantized_.fill(loops_, units_, index, largest);
    return true;
  }

  void vote(const PoolLease &pool, const ScoreTask<T> &task) noexcept {
    const PairWeight weight(task.calibration.alpha, task.calibration.tau, task.threshold);
    const PairJudge<T> judge(loops_, rows_, units_, task.subjects, weight);
    voting_.run(pool, loops_, rows_, units_, quantized_, judge, {cosines_, shape_.count, shape_.queries},
                {votes_, neighbours_});
  }

  void write_query(std::size_t q, bool voting, const Calibration &calibration,
                   const ScoreOutputs &outputs) const noexcept {
    double *const scores = outputs.scores + q * shape_.count;
    double *const cosines = outputs.cosines == nullptr ? nullptr : outputs.cosines + q * shape_.count;
    std::fill_n(scores, shape_.count, 0.0);
    if (cosines != nullptr) std::fill_n(cosines, shape_.count, 0.0);
    for (std::size_t j = 0; j < rows_.size(); ++j) {
      const double own = cosines_[q * shape_.count + j];
      double cosine = own;
      if (voting) {
        const double vote = votes_[q * shape_.count + j];
        cosine = shape_.vote_use == VoteUse::instead ? vote : std::max(own, vote);
      }
      scores[rows_.position(j)] = score_of(cosine, calibration);
      if (cosines != nullptr) cosines[rows_.position(j)] = own;
    }
  }

  void write_neighbours(bool voting, std::int32_t *neighbours) const noexcept {
    std::fill_n(neighbours, shape_.count, 0);
    for (std::size_t j = 0; voting && j < rows_.size(); ++j) neighbours[rows_.position(j)] = neighbours_[j];
  }

  const Loops &loops_;
  ScoreShape shape_;
  /// Candidates that there must be room for in everything that only voting needs.
  std::size_t voters_;
  double *queries_;
  CandidateRows<T> rows_;
  double *cosines_;
  double *votes_;
  std::int32_t *neighbours_;
  UnitRows units_;
  QuantizedRows quantized_;
  Voting<T> voting_;
};

}  // namespace

template <class T>
std::size_t score_memory(const Kernels &kernels, const ScoreShape &shape) noexcept {
  Arena measuring;
  (void)Scoring<T>(&measuring, kernels, shape);
  return measuring.bytes();
}

template <class T>
Status score_candidates(const Kernels &kernels, const PoolLease &pool, void *memory, const ScoreTask<T> &task,
                        const ScoreOutputs &outputs) noexcept {
  Arena arena(memory);
  return Scoring<T>(&arena, kernels, task.shape).run(pool, task, outputs);
}

template std::size_t score_memory<float>(const Kernels &, const ScoreShape &) noexcept;
template std::size_t score_memory<double>(const Kernels &, const ScoreShape &) noexcept;
template Status score_candidates(const Kernels &, const PoolLease &, void *, const ScoreTask<float> &,
                                 const ScoreOutputs &) noexcept;
template Status score_candidates(const Kernels &, const PoolLease &, void *, const ScoreTask<double> &,
                                 const ScoreOutputs &) noexcept;

}  // namespace face
