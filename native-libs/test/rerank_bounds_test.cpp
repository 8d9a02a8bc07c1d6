// SPDX-License-Identifier: Apache-2.0
//
// What the engine proves by cheap arithmetic holds: the error of single precision products and the screen's verdicts,
// at every level of vector instructions and in every rounding mode.

#include <cfenv>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "check.h"
#include "random_faces.h"
#include "rerank/candidate_rows.h"
#include "rerank/quantized_rows.h"
#include "rerank/unit_rows.h"

namespace {

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};

/// Rows prepared by one level, and their cosines in double precision.
class PreparedRows {
 public:
  PreparedRows(const face::Kernels &kernels, const std::vector<float> &values, std::size_t dimension)
      : count_(values.size() / dimension),
        memory_(std::aligned_alloc(64, 1 << 24)),
        arena_(memory_.get()),
        rows(&arena_, count_, dimension),
        units(&arena_, count_, dimension),
        quantized(&arena_, kernels.screen, count_, dimension) {
    EXPECT(arena_.bytes() <= 1 << 24);
    rows.start(values.data(), dimension);
    units.pad(count_);
    if (quantized.used()) quantized.pad(count_);
    const std::vector<double> query(dimension, 1);
    double cosine = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      EXPECT(rows.measure(*kernels.loops, i, query.data(), &cosine));
      const float largest = units.fill(*kernels.loops, rows, i);
      if (quantized.used()) quantized.fill(*kernels.loops, units, i, largest);
    }
    for (std::size_t column = 0; quantized.used() && column < count_; column += face::screen_columns) {
      quantized.fill_panel(column, count_);
    }
  }

  double cosine(std::size_t i, std::size_t j) const {
    double sum = 0;
    for (std::size_t d = 0; d < rows.dimension(); ++d) {
      sum += static_cast<double>(rows.row(i)[d]) * static_cast<double>(rows.row(j)[d]);
    }
    return sum * rows.inverse_length(i) * rows.inverse_length(j);
  }

 private:
  std::size_t count_;
  std::unique_ptr<void, Free> memory_;
  face::Arena arena_;

 public:
  face::CandidateRows<float> rows;
  face::UnitRows units;
  face::QuantizedRows quantized;
};

/// Strangers, photos of one person, and rows that rounding to few bits hurts most.
std::vector<float> awkward_rows(std::size_t dimension) {
  test::RandomFaces faces(static_cast<unsigned>(dimension));
  const std::vector<double> person = faces.direction(dimension);
  std::vector<double> rows;
  for (std::size_t row = 0; row < 96; ++row) {
    std::vector<double> photo = faces.photo(person, faces.between(0, 3));
    if (row % 4 == 1) photo[faces.below(dimension)] *= 300;
    if (row % 4 == 2) {
      for (double &value : photo) value = value < 0 ? -1 : 1;
    }
    if (row % 8 == 3) {
      // Elements half way between two steps.
      for (double &value : photo) value = (std::floor(value * 20) + 0.5) / 126.5;
      photo[0] = 1;
    }
    rows.insert(rows.end(), photo.begin(), photo.end());
  }
  return test::to_float(rows);
}

void check_products(const face::Kernels &kernels, const PreparedRows &prepared) {
  const face::UnitRows &units = prepared.units;
  const double bound = units.product_error();
  const face::Loops &floor = *face::runnable_kernels().levels[0].loops;
  for (std::size_t i = 0; i < 96; i += face::tile_rows) {
    for (std::size_t j = 0; j < 96; j += face::tile_columns) {
      float products[face::tile_rows * face::tile_columns];
      kernels.loops->gram_tile(units.row(i), units.row(j), units.stride(), units.padded_dimension(), products);
      for (std::size_t p = 0; p < face::tile_rows * face::tile_columns; ++p) {
        const std::size_t r = i + p / face::tile_columns;
        const std::size_t c = j + p % face::tile_columns;
        EXPECT_NEAR(static_cast<double>(products[p]), prepared.cosine(r, c), bound);
        const float pair = kernels.loops->gram_pair(units.row(r), units.row(c), units.padded_dimension());
        EXPECT(pair == floor.gram_pair(units.row(r), units.row(c), units.padded_dimension()));
        if (kernels.loops->tiles_are_final) EXPECT(products[p] == pair);
        EXPECT_NEAR(static_cast<double>(pair), prepared.cosine(r, c), bound);
      }
    }
  }
}

void check_verdicts(const PreparedRows &prepared) {
  std::size_t cleared = 0;
  for (const double limit : {-0.5, 0.0, 0.2, 0.42, 0.9}) {
    for (std::size_t row = 0; row < 96; row += face::screen_rows) {
      for (std::size_t column = 0; column < 96; column += face::screen_columns) {
        std::uint32_t possible[face::screen_rows];
        for (std::uint32_t &bits : possible) bits = ~std::uint32_t{0};
        prepared.quantized.judge(row, column, limit, possible);
        for (std::size_t r = 0; r < face::screen_rows; ++r) {
          for (std::size_t c = 0; c < face::screen_columns; ++c) {
            if ((possible[r] >> c & 1) != 0) continue;
            ++cleared;
            EXPECT(prepared.cosine(row + r, column + c) < limit);
          }
        }
      }
    }
  }
  // It would be no use if it proved next to nothing.
  EXPECT(cleared > 96 * 96 / 2);
}

void bounds_hold() {
  const face::KernelChoice choice = face::runnable_kernels();
  for (const int mode : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    for (const std::size_t dimension : {2u, 63u, 512u, 1024u, 4096u}) {
      const std::vector<float> rows = awkward_rows(dimension);
      for (std::size_t level = 0; level < choice.count; ++level) {
        std::fesetround(mode);
        const PreparedRows prepared(choice.levels[level], rows, dimension);
        check_products(choice.levels[level], prepared);
        if (prepared.quantized.used()) check_verdicts(prepared);
        std::fesetround(FE_TONEAREST);
      }
    }
  }
}

}  // namespace

int main() {
  test::group("bounds hold", bounds_hold);
  return test::finish();
}
