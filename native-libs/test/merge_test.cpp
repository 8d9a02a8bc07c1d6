// SPDX-License-Identifier: Apache-2.0
//
// Results and errors of libmerge_embeddings.

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

#include "check.h"
#include "merge_embeddings.h"
#include "random_faces.h"

namespace {

using Rows = std::vector<double>;

struct Result {
  int status;
  Rows merged;
  Rows weights;
  std::vector<std::uint8_t> outliers;
  std::int32_t failed_row;
};

template <class T>
Result merge(std::int32_t method, std::size_t dimension, const std::vector<T> &rows) {
  merge_options options;
  EXPECT(merge_options_init(&options, sizeof options) == MERGE_OK);
  options.element_type = sizeof(T) == sizeof(float) ? MERGE_FLOAT32 : MERGE_FLOAT64;
  options.dimension = static_cast<std::int32_t>(dimension);
  options.method = method;
  const std::size_t count = rows.size() / dimension;
  std::vector<T> merged(dimension);
  Result result = {0, {}, Rows(count, -9), std::vector<std::uint8_t>(count, 9), 99};
  result.status = merge_embeddings(&options, rows.data(), static_cast<std::int32_t>(count), merged.data(),
                                   result.weights.data(), result.outliers.data(), &result.failed_row);
  result.merged.assign(merged.begin(), merged.end());
  return result;
}

double dot(const double *a, const double *b, std::size_t dimension) {
  double sum = 0;
  for (std::size_t i = 0; i < dimension; ++i) sum += a[i] * b[i];
  return sum;
}

double cosine(const double *a, const double *b, std::size_t dimension) {
  return dot(a, b, dimension) / std::sqrt(dot(a, a, dimension) * dot(b, b, dimension));
}

/// merge_method, written down plainly.
Rows reference_weights(const Rows &rows, std::size_t dimension) {
  const std::size_t count = rows.size() / dimension;
  Rows weights;
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) {
      if (j != i) sum += cosine(rows.data() + i * dimension, rows.data() + j * dimension, dimension);
    }
    weights.push_back(std::max(0.0, sum / static_cast<double>(count - 1)));
  }
  return weights;
}

Rows reference_template(const Rows &rows, std::size_t dimension, const Rows &weights) {
  Rows sum(dimension, 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double *row = rows.data() + i * dimension;
    const double length = std::sqrt(dot(row, row, dimension));
    for (std::size_t d = 0; d < dimension; ++d) sum[d] += weights[i] * row[d] / length;
  }
  const double length = std::sqrt(dot(sum.data(), sum.data(), dimension));
  for (double &value : sum) value /= length;
  return sum;
}

void expect_rows_near(const Rows &got, const Rows &wanted, double tolerance) {
  EXPECT(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], tolerance);
}

void against_reference() {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    test::RandomFaces faces(seed);
    const std::size_t dimensions[] = {2, 33, 512, 1024, 4096};
    const std::size_t dimension = dimensions[seed % 5];
    const std::size_t count = 3 + faces.below(20);
    const Rows rows = faces.rows(count, dimension, count, 0.8);
    const Rows weights = reference_weights(rows, dimension);
    const Result got = merge(MERGE_AGREEMENT, dimension, rows);
    EXPECT(got.status == MERGE_OK);
    expect_rows_near(got.weights, weights, 1e-12);
    expect_rows_near(got.merged, reference_template(rows, dimension, weights), 1e-12);
    const Result single = merge(MERGE_AGREEMENT, dimension, test::to_float(rows));
    expect_rows_near(single.merged, got.merged, 1e-6);
    const Result mean = merge(MERGE_MEAN, dimension, rows);
    expect_rows_near(mean.weights, Rows(count, 1.0), 0);
    expect_rows_near(mean.merged, reference_template(rows, dimension, Rows(count, 1.0)), 1e-12);
    EXPECT_NEAR(dot(mean.merged.data(), mean.merged.data(), dimension), 1, 1e-12);
    EXPECT(merge(MERGE_AGREEMENT, dimension, rows).merged == got.merged);
  }
}

void wrong_photo() {
  test::RandomFaces faces(5);
  const auto person = faces.direction(512);
  Rows rows;
  for (int photo = 0; photo < 4; ++photo) {
    const auto row = faces.photo(person, 0.8);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  const auto stranger = faces.direction(512);
  rows.insert(rows.begin() + 2 * 512, stranger.begin(), stranger.end());
  const Result weighted = merge(MERGE_AGREEMENT, 512, rows);
  EXPECT((weighted.outliers == std::vector<std::uint8_t>{0, 0, 1, 0, 0}));
  const Result mean = merge(MERGE_MEAN, 512, rows);
  EXPECT((mean.outliers == std::vector<std::uint8_t>{0, 0, 0, 0, 0}));
  EXPECT(cosine(weighted.merged.data(), person.data(), 512) > cosine(mean.merged.data(), person.data(), 512));
}

void few_members() {
  const Result one = merge(MERGE_AGREEMENT, 2, Rows{3, 4});
  expect_rows_near(one.merged, {0.6, 0.8}, 1e-15);
  EXPECT(one.weights[0] == 1 && one.outliers[0] == 0);
  // Two that disagree cannot tell which of them is wrong.
  const Result two = merge(MERGE_AGREEMENT, 2, Rows{1, 0, -0.6, 0.8});
  expect_rows_near(two.merged, reference_template({1, 0, -0.6, 0.8}, 2, {1, 1}), 1e-15);
  EXPECT(two.weights[0] == 1 && two.weights[1] == 1 && two.outliers[0] == 0 && two.outliers[1] == 0);
}

void nobody_agrees() {
  const Rows rows = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const Result got = merge(MERGE_AGREEMENT, 3, rows);
  EXPECT(got.status == MERGE_OK);
  expect_rows_near(got.merged, Rows(3, 1 / std::sqrt(3.0)), 1e-15);
  expect_rows_near(got.weights, {0, 0, 0}, 0);
  EXPECT((got.outliers == std::vector<std::uint8_t>{1, 1, 1}));
}

void cancelling_members() {
  EXPECT(merge(MERGE_MEAN, 2, Rows{1, 2, -1, -2}).status == MERGE_ZERO_SUM);
  EXPECT(merge(MERGE_AGREEMENT, 2, Rows{1, 2, -1, -2}).status == MERGE_ZERO_SUM);
  EXPECT(merge(MERGE_AGREEMENT, 2, Rows{1, 0, -1, 0, 0, 1, 0, -1}).status == MERGE_ZERO_SUM);
  const std::vector<float> third = {0.1F, 0.7F};
  EXPECT(merge(MERGE_MEAN, 2, std::vector<float>{third[0], third[1], -3 * third[0], -3 * third[1]}).status ==
         MERGE_ZERO_SUM);
}

template <class T>
void unusable_members() {
  const T infinity = std::numeric_limits<T>::infinity();
  for (const T wrong : {infinity, -infinity, std::numeric_limits<T>::quiet_NaN()}) {
    const Result got = merge(MERGE_AGREEMENT, 2, std::vector<T>{1, 2, 1, 3, wrong, 1, 0, 0});
    EXPECT(got.status == MERGE_NON_FINITE && got.failed_row == 2);
  }
  const Result zero = merge(MERGE_MEAN, 2, std::vector<T>{1, 2, 0, 0});
  EXPECT(zero.status == MERGE_ZERO_VECTOR && zero.failed_row == 1);
}

void flip() {
  test::RandomFaces faces(9);
  for (const std::size_t dimension : {1u, 2u, 31u, 512u, 4096u}) {
    const std::size_t count = 5;
    const auto views = test::to_float(faces.rows(count, dimension, 1, 1));
    auto mirrored = test::to_float(faces.rows(count, dimension, 1, 1));
    if (dimension == 1) mirrored = views;
    std::vector<float> mean(count * dimension);
    std::vector<float> both(2 * count * dimension);
    std::int32_t failed = 0;
    const auto run = [&](std::int32_t mode, std::vector<float> &merged) {
      return merge_flip(mode, views.data(), mirrored.data(), static_cast<std::int32_t>(count),
                        static_cast<std::int32_t>(dimension), merged.data(), &failed);
    };
    EXPECT(run(MERGE_FLIP_MEAN, mean) == MERGE_OK);
    EXPECT(run(MERGE_FLIP_CONCAT, both) == MERGE_OK);
    for (std::size_t face = 0; face < count; ++face) {
      const auto row = [&](const std::vector<float> &rows, std::size_t width) {
        const auto first = rows.begin() + static_cast<std::ptrdiff_t>(face * width);
        return Rows(first, first + static_cast<std::ptrdiff_t>(width));
      };
      Rows pair = row(views, dimension);
      const Rows other = row(mirrored, dimension);
      pair.insert(pair.end(), other.begin(), other.end());
      expect_rows_near(row(mean, dimension), reference_template(pair, dimension, {1, 1}), 1e-6);
      Rows wanted = reference_template(row(views, dimension), dimension, {1});
      const Rows second = reference_template(other, dimension, {1});
      wanted.insert(wanted.end(), second.begin(), second.end());
      for (double &value : wanted) value /= std::sqrt(2.0);
      expect_rows_near(row(both, 2 * dimension), wanted, 1e-6);
    }
  }
}

void flip_errors() {
  const std::vector<float> views = {1, 2, 3, 4, 5, 6};
  std::vector<float> mirrored = {2, 1, -3, -4, 6, 5};
  std::vector<float> merged(12);
  std::int32_t failed = 7;
  const auto run = [&](std::int32_t mode, const float *a, const float *b, std::int32_t count, std::int32_t dimension,
                       float *out) { return merge_flip(mode, a, b, count, dimension, out, &failed); };
  const float *a = views.data();
  const float *b = mirrored.data();
  EXPECT(run(MERGE_FLIP_MEAN, a, b, 3, 2, merged.data()) == MERGE_ZERO_SUM && failed == 1);
  EXPECT(run(MERGE_FLIP_CONCAT, a, b, 3, 2, merged.data()) == MERGE_OK);
  EXPECT(run(0, a, b, 3, 2, merged.data()) == MERGE_INVALID_OPTION && failed == -1);
  EXPECT(run(3, a, b, 3, 2, merged.data()) == MERGE_INVALID_OPTION);
  EXPECT(run(1, nullptr, b, 3, 2, merged.data()) == MERGE_NULL_POINTER);
  EXPECT(run(1, a, nullptr, 3, 2, merged.data()) == MERGE_NULL_POINTER);
  EXPECT(run(1, a, b, 3, 2, nullptr) == MERGE_NULL_POINTER);
  EXPECT(run(1, a, b, 0, 2, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, MERGE_MAX_ROWS + 1, 2, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, 3, 0, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, 3, MERGE_MAX_DIMENSION + 1, merged.data()) == MERGE_INVALID_SIZE);
  EXPECT(run(1, a, b, 3, 2, mirrored.data()) == MERGE_OVERLAP);
  EXPECT(run(1, a, reinterpret_cast<const float *>(reinterpret_cast<std::uintptr_t>(b) + 2), 2, 2, merged.data()) ==
         MERGE_MISALIGNED);
  mirrored[4] = std::numeric_limits<float>::infinity();
  EXPECT(run(MERGE_FLIP_CONCAT, a, b, 3, 2, merged.data()) == MERGE_NON_FINITE && failed == 2);
  mirrored[0] = mirrored[1] = 0;
  EXPECT(run(MERGE_FLIP_CONCAT, a, b, 3, 2, merged.data()) == MERGE_ZERO_VECTOR && failed == 0);
}

void call_errors() {
  merge_options options;
  EXPECT(merge_options_init(&options, sizeof options) == MERGE_OK);
  EXPECT(merge_options_init(nullptr, sizeof options) == MERGE_NULL_POINTER);
  EXPECT(merge_options_init(&options, 8) == MERGE_UNSUPPORTED_OPTIONS);
  std::vector<float> rows = {1, 2, 2, 1, 3, 1};
  std::vector<float> merged(2);
  Rows weights(3);
  std::vector<std::uint8_t> outliers(3);
  options.dimension = 2;
  const auto run = [&](const merge_options &given, std::int32_t count, float *out, double *shares) {
    return merge_embeddings(&given, rows.data(), count, out, shares, outliers.data(), nullptr);
  };
  errno = 4711;
  EXPECT(run(options, 3, merged.data(), weights.data()) == MERGE_OK);
  EXPECT(errno == 4711);
  EXPECT(run(options, 3, merged.data(), nullptr) == MERGE_OK);
  EXPECT(merge_embeddings(nullptr, rows.data(), 3, merged.data(), nullptr, nullptr, nullptr) == MERGE_NULL_POINTER);
  EXPECT(merge_embeddings(&options, nullptr, 3, merged.data(), nullptr, nullptr, nullptr) == MERGE_NULL_POINTER);
  EXPECT(run(options, 3, nullptr, nullptr) == MERGE_NULL_POINTER);
  EXPECT(run(options, 0, merged.data(), nullptr) == MERGE_INVALID_SIZE);
  EXPECT(run(options, -4, merged.data(), nullptr) == MERGE_INVALID_SIZE);
  EXPECT(run(options, MERGE_MAX_ROWS + 1, merged.data(), nullptr) == MERGE_INVALID_SIZE);
  EXPECT(run(options, 3, rows.data() + 1, nullptr) == MERGE_OVERLAP);
  EXPECT(run(options, 3, merged.data(), reinterpret_cast<double *>(outliers.data() + 1)) == MERGE_MISALIGNED);
  const auto with = [&](auto member, auto value) {
    merge_options changed = options;
    changed.*member = value;
    return run(changed, 3, merged.data(), weights.data());
  };
  EXPECT(with(&merge_options::dimension, 0) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::dimension, MERGE_MAX_DIMENSION + 1) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, 1) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::row_stride, std::numeric_limits<std::int64_t>::max()) == MERGE_INVALID_SIZE);
  EXPECT(with(&merge_options::element_type, 7) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::method, 2) == MERGE_INVALID_OPTION);
  EXPECT(with(&merge_options::struct_size, 3u) == MERGE_UNSUPPORTED_OPTIONS);
}

void texts() {
  EXPECT(merge_abi_version() == MERGE_ABI_VERSION);
  EXPECT(std::strstr(merge_build_info(), "merge_embeddings 1.") == merge_build_info());
  for (int status = MERGE_OK; status <= MERGE_ZERO_SUM; ++status) {
    EXPECT(std::strcmp(merge_status_text(status), "unknown status") != 0);
  }
  EXPECT(std::strcmp(merge_status_text(-1), "unknown status") == 0);
}

}  // namespace

int main() {
  test::group("equals the reference", against_reference);
  test::group("a wrong photo is an outlier", wrong_photo);
  test::group("one and two members", few_members);
  test::group("nobody agrees", nobody_agrees);
  test::group("members that cancel out", cancelling_members);
  test::group("unusable members, float", unusable_members<float>);
  test::group("unusable members, double", unusable_members<double>);
  test::group("flip merging", flip);
  test::group("flip errors", flip_errors);
  test::group("call errors", call_errors);
  test::group("texts", texts);
  return test::finish();
}
