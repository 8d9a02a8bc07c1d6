// SPDX-License-Identifier: Apache-2.0
//
// The library's core with what the interface leaves to it taken from it, the choice of vector instructions and of
// the bound that spares most products:
//   level name=avx2 [bound=off]   scores
//   pairs name=avx2 [bound=off]   only the comparison of all pairs, of rows that are prepared
#include "aligned_memory.h"
#include "contender.h"
#include "rerank/block_weights.h"
#include "rerank/score_task.h"

namespace bench {
namespace {

class LevelContender : public Contender {
 public:
  LevelContender(const face::Kernels &kernels, const DataSet &data)
      : kernels_(kernels),
        task_{{data.count(), data.dimension, 1, face::VoteUse::larger},
              data.query(),
              data.dimension,
              data.candidates(),
              data.dimension,
              nullptr,
              {alpha, tau, 0},
              threshold},
        memory_(aligned_memory(face::score_memory<float>(kernels_, task_.shape))) {
    scores_.resize(data.count());
  }

  const char *call() override {
    const face::PoolLease alone(nullptr);
    const face::Status status =
        face::score_candidates(kernels_, alone, memory_.get(), task_, {scores_.data(), nullptr, nullptr, nullptr});
    return status == face::Status::ok ? nullptr : "the core refuses the task";
  }

 private:
  face::Kernels kernels_;
  face::ScoreTask<float> task_;
  Memory memory_;
};

/// What the comparison of all pairs works on.
struct PreparedRows {
  PreparedRows(face::Arena *arena, const face::Kernels &kernels, const DataSet &data)
      : candidates(arena, data.count(), data.dimension),
        units(arena, data.count(), data.dimension),
        quantized(arena, kernels.screen, data.count(), data.dimension),
        weights(arena, data.count()) {}

  face::CandidateRows<float> candidates;
  face::UnitRows units;
  face::QuantizedRows quantized;
  face::BlockWeights<float> weights;
};

class PairsContender : public Contender {
 public:
  PairsContender(const face::Kernels &kernels, const DataSet &data)
      : kernels_(kernels),
        data_(data),
        memory_(aligned_memory(bytes(kernels, data))),
        arena_(memory_.get()),
        rows_(&arena_, kernels, data),
        judge_(*kernels.loops, rows_.candidates, rows_.units, nullptr, face::PairWeight(alpha, tau, threshold)) {
    const std::vector<double> query(data.query(), data.query() + data.dimension);
    rows_.candidates.start(data.candidates(), data.dimension);
    rows_.units.pad(data.count());
    if (rows_.quantized.used()) rows_.quantized.pad(data.count());
    for (std::size_t index = 0; index < data.count(); ++index) {
      double cosine = 0;
      usable_ = rows_.candidates.measure(*kernels.loops, index, query.data(), &cosine) && usable_;
      const float largest = rows_.units.fill(*kernels.loops, rows_.candidates, index);
      if (rows_.quantized.used()) rows_.quantized.fill(*kernels.loops, rows_.units, index, largest);
    }
    for (std::size_t column = 0; rows_.quantized.used() && column < data.count(); column += face::screen_columns) {
      rows_.quantized.fill_panel(column, data.count());
    }
  }

  const char *call() override {
    for (std::size_t start = 0; start < data_.count(); start += face::block_rows) {
      rows_.weights.start_block(start, data_.count());
      for (std::size_t panel = 0; panel < rows_.weights.panels(); ++panel) {
        rows_.weights.weigh(*kernels_.loops, judge_, rows_.units, rows_.quantized, panel);
      }
    }
    return usable_ ? nullptr : "a candidate has no direction";
  }

  /// Of one half of the Gram matrix.
  [[nodiscard]] double operations() const override {
    const auto count = static_cast<double>(data_.count());
    return count * (count - 1) * static_cast<double>(data_.dimension);
  }

 private:
  static std::size_t bytes(const face::Kernels &kernels, const DataSet &data) {
    face::Arena measuring;
    (void)PreparedRows(&measuring, kernels, data);
    return measuring.bytes();
  }

  face::Kernels kernels_;
  const DataSet &data_;
  Memory memory_;
  face::Arena arena_;
  PreparedRows rows_;
  face::PairJudge<float> judge_;
  bool usable_ = true;
};

}  // namespace

std::unique_ptr<Contender> make_level_contender(const Specification &specification, const DataSet &data) {
  const face::KernelChoice choice = face::runnable_kernels();
  for (std::size_t level = 0; level < choice.count; ++level) {
    face::Kernels kernels = choice.levels[level];
    if (!specification.has("name", kernels.name)) continue;
    if (specification.has("bound", "off")) kernels.screen = nullptr;
    if (specification.name() == "level") return std::make_unique<LevelContender>(kernels, data);
    if (specification.name() == "pairs") return std::make_unique<PairsContender>(kernels, data);
  }
  return nullptr;
}

std::vector<Level> runnable_library_levels() {
  const face::KernelChoice choice = face::runnable_kernels();
  std::vector<Level> levels;
  for (std::size_t level = 0; level < choice.count; ++level) {
    levels.push_back({choice.levels[level].name, choice.levels[level].screen != nullptr});
  }
  return levels;
}

}  // namespace bench
