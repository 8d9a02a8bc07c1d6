// SPDX-License-Identifier: Apache-2.0
#include "score_task.h"

#include <algorithm>
#include <cmath>

#include "candidate_rows.h"
#include "memory_block.h"
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

template <class T>
Status score(const Kernels &kernels, const ScoreTask<T> &task, const ScoreOutputs &outputs) noexcept {
  MemoryBlock<double> query;
  if (!query.allocate(task.dimension)) return Status::out_of_memory;
  Status status = write_unit_row(task.query, task.dimension, query.data());
  if (status != Status::ok) return status;

  CandidateRows<T> rows;
  status = rows.read(kernels, task.candidates, task.count, task.dimension, task.row_stride);
  if (status != Status::ok) return status;

  MemoryBlock<double> cosines;
  MemoryBlock<double> voted;
  MemoryBlock<std::int32_t> neighbours;
  if (!cosines.allocate(task.count) || !voted.allocate(task.count) || !neighbours.allocate(task.count)) {
    return Status::out_of_memory;
  }
  for (std::size_t j = 0; j < rows.size(); ++j) {
    const double product = dot(kernels, query.data(), rows.row(j), task.dimension) * rows.inverse_length(j);
    cosines[j] = std::min(std::max(product, -1.0), 1.0);
  }
  const bool voting = task.vote_use != VoteUse::none && rows.size() > 1;
  if (voting) {
    const Electorate<T> electorate = {
        rows,          task.dimension,
        query.data(),  cosines.data(),
        task.subjects, PairWeight(task.calibration.alpha, task.calibration.tau, task.threshold)};
    status = count_votes(kernels, electorate, {voted.data(), neighbours.data()});
    if (status != Status::ok) return status;
  }

  std::fill_n(outputs.scores, task.count, 0.0);
  if (outputs.cosines != nullptr) std::fill_n(outputs.cosines, task.count, 0.0);
  if (outputs.neighbours != nullptr) std::fill_n(outputs.neighbours, task.count, 0);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    double cosine = cosines[j];
    if (voting) cosine = task.vote_use == VoteUse::instead ? voted[j] : std::max(cosine, voted[j]);
    const std::size_t position = rows.position(j);
    outputs.scores[position] = score_of(cosine, task.calibration);
    if (outputs.cosines != nullptr) outputs.cosines[position] = cosines[j];
    if (outputs.neighbours != nullptr && voting) outputs.neighbours[position] = neighbours[j];
  }
  return Status::ok;
}

}  // namespace

Status score_candidates(const Kernels &kernels, const ScoreTask<float> &task,
                        const ScoreOutputs &outputs) noexcept {
  return score(kernels, task, outputs);
}
Status score_candidates(const Kernels &kernels, const ScoreTask<double> &task,
                        const ScoreOutputs &outputs) noexcept {
  return score(kernels, task, outputs);
}

}  // namespace face
