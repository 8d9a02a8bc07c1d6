// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "block_votes.h"

// A block keeps the votes of its rows for later candidates. Weights are symmetric, so they also are the votes of those
// candidates for the rows of the block: these functions read them that way.

namespace face {

/// Up to rows_at_once rows in a row, of a block.
struct RowGroup {
  /// Position in the block of the first; a multiple of rows_at_once.
  std::size_t position;
  std::size_t count;
};

/// Appends to lists[r] who votes for row r among the `size` candidates from `chunk` on that come after it.
inline void gather_lists(const BlockVotes &votes, const RowGroup &group, std::size_t chunk, std::size_t size,
                         VoterList *lists) noexcept {
  for (std::size_t j = 0; j < size; ++j) {
    if (!votes.has_votes_of(chunk + j, group.position)) continue;
    votes.for_each(chunk + j, [&](std::size_t voter, double weight) {
      // Wraps around for those before the group.
      const std::size_t r = voter - group.position;
      if (r < group.count) lists[r].add(j, weight);
    });
  }
}

/// weights[r * block_rows + j] = the vote of candidate chunk + j for row r where it comes after it; 0 for others.
inline void gather_rows(const BlockVotes &votes, const RowGroup &group, std::size_t chunk, std::size_t size,
                        double *weights) noexcept {
  std::fill_n(weights, group.count * block_rows, 0.0);
  for (std::size_t j = 0; j < size; ++j) {
    if (votes.is_whole(chunk + j)) {
      const double *const of_block = votes.whole(chunk + j) + group.position;
      for (std::size_t r = 0; r < group.count; ++r) weights[r * block_rows + j] = of_block[r];
    } else if (votes.has_votes_of(chunk + j, group.position)) {
      votes.for_each(chunk + j, [&](std::size_t voter, double weight) {
        const std::size_t r = voter - group.position;
        if (r < group.count) weights[r * block_rows + j] = weight;
      });
    }
  }
}

/// weights[p] = the vote of the block's position p for j, for the `count` positions before j.
inline void add_earlier(const BlockVotes &votes, std::size_t j, std::size_t count, double *weights) noexcept {
  if (votes.is_whole(j)) {
    std::copy_n(votes.whole(j), count, weights);
  } else {
    votes.for_each(j, [&](std::size_t voter, double weight) { weights[voter] = weight; });
  }
}

}  // namespace face
