// SPDX-License-Identifier: Apache-2.0
#include "voting.h"

#include <algorithm>
#include <cmath>

#include "memory_block.h"
#include "single_rows.h"

namespace face {

PairWeight::PairWeight(double alpha, double tau, double threshold) noexcept {
  const double theta = std::min(std::max(threshold, 0.5), 0.95);
  // No cosine is beyond 1, so a larger bound means the same and would only overflow in single precision.
  lowest = std::min(tau + std::log(theta / (1 - theta)) / alpha, 4.0);
  slope = alpha / 5;
}

double PairWeight::operator()(double cosine) const noexcept {
  return std::min(std::max((cosine - lowest) * slope, 0.0), 1.0);
}

namespace {

/// Rows of a block: at 1024 dimensions its single precision copy (256 KiB) fits into the second level cache.
constexpr std::size_t block_rows = 64;

/// |T_j| per voter under which the voters cancel out and T_j has no direction worth the name.
constexpr double cancelled_length = 1e-9;

template <class T>
class Poll {
 public:
  Poll(const Kernels &kernels, const Electorate<T> &electorate, const Votes &votes) noexcept
      : kernels_(kernels), electorate_(electorate), rows_(electorate.rows), count_(rows_.size()), votes_(votes) {}

  [[nodiscard]] Status run() noexcept {
    if (!prepare()) return Status::out_of_memory;
    for (std::size_t start = 0; start < count_; start += block_rows) {
      block_start_ = start;
      block_end_ = std::min(start + block_rows, count_);
      weigh_block();
      // Rows after the block take its votes first, rows of the block then close their sum with all that is left:
      // both keep the order of i ascending.
      for (std::size_t j = block_end_; j < count_; ++j) add_votes_of_block(j);
      for (std::size_t i = block_start_; i < block_end_; ++i) settle(i);
    }
    return Status::ok;
  }

 private:
  [[nodiscard]] bool prepare() noexcept {
    const std::size_t tiles = round_up(count_, tile_size) / tile_size;
    if (!single_.fill(rows_, electorate_.dimension) || !weights_.allocate(tiles * tile_size * block_rows) ||
        !linked_.allocate(tiles) || !voters_.allocate(count_) || !voter_weights_.allocate(count_) ||
        !templates_.allocate(count_ * electorate_.dimension)) {
      return false;
    }
    const PairWeight &weight = electorate_.weight;
    certainly_none_ = static_cast<float>(weight.lowest - single_.product_error());
    certainly_full_ = static_cast<float>(std::min(weight.lowest + 1 / weight.slope, 8.0) + single_.product_error());
    all_known_ = electorate_.subjects != nullptr;
    for (std::size_t j = 0; j < count_; ++j) {
      votes_.neighbours[j] = 0;
      all_known_ = all_known_ && known(j);
    }
    return true;
  }

  [[nodiscard]] std::int32_t subject(std::size_t i) const noexcept {
    return electorate_.subjects[rows_.position(i)];
  }
  [[nodiscard]] bool known(std::size_t i) const noexcept {
    return electorate_.subjects != nullptr && subject(i) >= 0;
  }

  /// Weight of i, a row of the block, for j, a row of the block or after it. Defined where linked(j).
  [[nodiscard]] double &weight_at(std::size_t i, std::size_t j) noexcept {
    return weights_[(j - block_start_) * block_rows + (i - block_start_)];
  }
  /// Whether the block has any weight for the tile of rows that j belongs to. Most tiles have none, and their
  /// weights are never written nor read.
  [[nodiscard]] bool &linked(std::size_t j) noexcept { return linked_[(j - block_start_) / tile_size]; }

  void link(std::size_t j) noexcept {
    if (linked(j)) return;
    linked(j) = true;
    const std::size_t first = j / tile_size * tile_size;
    std::fill_n(&weight_at(block_start_, first), tile_size * block_rows, 0.0);
  }

  void weigh_block() noexcept {
    for (std::size_t j = block_start_; j < count_; j += tile_size) linked(j) = false;
    for (std::size_t j = block_start_; j < count_; j += tile_size) {
      for (std::size_t i = block_start_; i < block_end_ && i <= j; i += tile_size) weigh_tile(i, j);
    }
  }

  void weigh_tile(std::size_t first_i, std::size_t first_j) noexcept {
    float products[tile_size * tile_size] = {};
    if (!all_known_) {
      kernels_.gram_tile(single_.row(first_i), single_.row(first_j), single_.padded_dimension(), products);
      const float largest = *std::max_element(products, products + tile_size * tile_size);
      if (electorate_.subjects == nullptr && largest < certainly_none_) return;
    }
    for (std::size_t r = 0; r < tile_size; ++r) {
      for (std::size_t c = 0; c < tile_size; ++c) {
        const std::size_t i = first_i + r;
        const std::size_t j = first_j + c;
        if (i < j && j < count_) record(i, j, weigh_pair(i, j, products[r * tile_size + c]));
      }
    }
  }

  [[nodiscard]] double weigh_pair(std::size_t i, std::size_t j, float product) const noexcept {
    if (known(i) && known(j)) return subject(i) == subject(j) ? 1 : 0;
    if (product < certainly_none_) return 0;
    if (product > certainly_full_) return 1;
    const double cosine = dot(kernels_, rows_.row(i), rows_.row(j), electorate_.dimension) *
                          rows_.inverse_length(i) * rows_.inverse_length(j);
    return electorate_.weight(std::min(std::max(cosine, -1.0), 1.0));
  }

  void record(std::size_t i, std::size_t j, double weight) noexcept {
    if (weight == 0) return;
    link(j);
    weight_at(i, j) = weight;
    if (j >= block_end_) return;
    link(i);
    weight_at(j, i) = weight;
  }

  void add_voter(std::size_t i, double weight) noexcept {
    voters_[voter_count_] = rows_.row(i);
    voter_weights_[voter_count_] = weight * rows_.inverse_length(i);
    ++voter_count_;
  }

  [[nodiscard]] double *template_of(std::size_t j) noexcept {
    return templates_.data() + j * electorate_.dimension;
  }

  void add_voters_to(std::size_t j) noexcept {
    // The first votes find uninitialised memory: most candidates never get any, and their page is never touched.
    if (votes_.neighbours[j] == 0) std::fill_n(template_of(j), electorate_.dimension, 0.0);
    add_rows(kernels_, template_of(j), voters_.data(), voter_weights_.data(), voter_count_, electorate_.dimension);
  }

  /// For a row after the block.
  void add_votes_of_block(std::size_t j) noexcept {
    if (!linked(j)) return;
    voter_count_ = 0;
    for (std::size_t i = block_start_; i < block_end_; ++i) {
      if (weight_at(i, j) > 0) add_voter(i, weight_at(i, j));
    }
    if (voter_count_ == 0) return;
    add_voters_to(j);
    votes_.neighbours[j] += static_cast<std::int32_t>(voter_count_);
  }

  /// For a row of the block: adds itself and all votes from the block's start on, then t_j is known.
  void settle(std::size_t i) noexcept {
    voter_count_ = 0;
    for (std::size_t j = block_start_; j < count_; ++j) {
      if (j == i) {
        add_voter(i, 1);
      } else if (linked(j) && weight_at(i, j) > 0) {
        add_voter(j, weight_at(i, j));
      }
    }
    const std::size_t others = voter_count_ - 1;
    votes_.cosines[i] = electorate_.cosines[i];
    if (others == 0 && votes_.neighbours[i] == 0) return;
    add_voters_to(i);
    votes_.neighbours[i] += static_cast<std::int32_t>(others);
    const double *sum = template_of(i);
    const double length = std::sqrt(dot(kernels_, sum, sum, electorate_.dimension));
    if (length <= cancelled_length * (1.0 + votes_.neighbours[i])) return;
    const double cosine = dot(kernels_, electorate_.query, sum, electorate_.dimension) / length;
    votes_.cosines[i] = std::min(std::max(cosine, -1.0), 1.0);
  }

  const Kernels &kernels_;
  const Electorate<T> &electorate_;
  const CandidateRows<T> &rows_;
  const std::size_t count_;
  const Votes votes_;

  SingleRows single_;
  float certainly_none_ = 0;
  float certainly_full_ = 0;
  bool all_known_ = false;

  std::size_t block_start_ = 0;
  std::size_t block_end_ = 0;
  MemoryBlock<double> weights_;
  MemoryBlock<bool> linked_;

  std::size_t voter_count_ = 0;
  MemoryBlock<const T *> voters_;
  MemoryBlock<double> voter_weights_;
  /// T_j, row by row.
  MemoryBlock<double> templates_;
};

}  // namespace

Status count_votes(const Kernels &kernels, const Electorate<float> &electorate, const Votes &votes) noexcept {
  return Poll<float>(kernels, electorate, votes).run();
}
Status count_votes(const Kernels &kernels, const Electorate<double> &electorate, const Votes &votes) noexcept {
  return Poll<double>(kernels, electorate, votes).run();
}

}  // namespace face
