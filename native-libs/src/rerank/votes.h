// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace face {

/// Cosines of the usable candidates to the queries; query q's are the `count` numbers from q * stride on.
struct QueryCosines {
  const double *values;
  std::size_t stride;
  std::size_t queries;
};

/// What the usable candidates say about each other.
struct Votes {
  /// t_j in [-1, 1] for each query, laid out as QueryCosines; equal to the own cosine where nobody voted.
  double *cosines;
  /// Number of other candidates with w_ij > 0.
  std::int32_t *neighbours;
};

}  // namespace face
