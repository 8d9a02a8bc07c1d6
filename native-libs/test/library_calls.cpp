// SPDX-License-Identifier: Apache-2.0
#include "library_calls.h"

#include <limits>
#include <memory>

#include "face_pixels.h"
#include "merge_embeddings.h"
#include "random_faces.h"
#include "rerank_compute.h"

namespace test {
namespace {

constexpr std::size_t dimension = 37;
constexpr std::size_t count = 24;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  return {Limits::quiet_NaN(),
          Limits::signaling_NaN(),
          Limits::infinity(),
          -Limits::infinity(),
          Limits::max(),
          Limits::lowest(),
          Limits::min(),
          Limits::denorm_min(),
          Limits::epsilon(),
          T{0},
          -T{0}};
}

template <class T>
std::vector<T> rows_of(unsigned seed) {
  const auto rows = RandomFaces(seed).rows(count, dimension, 4, 0.7);
  return std::vector<T>(rows.begin(), rows.end());
}

/// Every third row holds a special value, every sixth nothing else.
template <class T>
std::vector<T> awkward_rows() {
  std::vector<T> rows = rows_of<T>(1);
  const auto values = special_values<T>();
  for (std::size_t row = 0; row < count; row += 3) {
    const T value = values[row / 3 % values.size()];
    if (row % 6 == 0) std::fill_n(rows.begin() + static_cast<std::ptrdiff_t>(row * dimension), dimension, value);
    rows[row * dimension + row % dimension] = values[(row / 3 + 5) % values.size()];
  }
  return rows;
}

class Result {
 public:
  explicit Result(int status) : status_(status), numbers_{static_cast<double>(status)} {}

  /// What an output holds after an error means nothing.
  template <class T>
  Result &with(const std::vector<T> &output) {
    if (status_ != 0) return *this;
    for (const T value : output) numbers_.push_back(static_cast<double>(value));
    return *this;
  }
  std::vector<double> numbers() const { return numbers_; }

 private:
  int status_;
  std::vector<double> numbers_;
};

class Calls {
 public:
  template <class Run>
  void add(const std::string &name, const Run &run) {
    calls.push_back({name + " " + std::to_string(calls.size()), run});
  }
  std::vector<LibraryCall> calls;
};

// librerank_compute

template <class T>
rerank_options rerank_defaults() {
  rerank_options options;
  rerank_options_init(&options, sizeof options);
  options.element_type = sizeof(T) == sizeof(float) ? RERANK_FLOAT32 : RERANK_FLOAT64;
  options.dimension = static_cast<std::int32_t>(dimension);
  return options;
}

template <class T>
void add_rerank(Calls &calls, const rerank_options &options, const std::vector<T> &query,
                const std::vector<T> &rows, bool with_subjects = false) {
  calls.add("rerank_scores", [=] {
    std::vector<double> scores(count);
    std::vector<double> cosines(count);
    std::vector<std::int32_t> neighbours(count);
    std::vector<std::int32_t> subjects(count);
    for (std::size_t j = 0; j < count; ++j) subjects[j] = static_cast<std::int32_t>(j % 4) - 1;
    const int status =
        rerank_scores(&options, query.data(), rows.data(), static_cast<std::int32_t>(count),
                      with_subjects ? subjects.data() : nullptr, scores.data(), cosines.data(), neighbours.data());
    return Result(status).with(scores).with(cosines).with(neighbours).numbers();
  });
}

template <class T>
void add_rerank_calls(Calls &calls) {
  const rerank_options usual = rerank_defaults<T>();
  const std::vector<T> rows = rows_of<T>(1);
  const std::vector<T> awkward = awkward_rows<T>();
  const std::vector<T> query(rows.begin(), rows.begin() + dimension);
  const auto add = [&](auto member, auto value) {
    rerank_options options = usual;
    options.*member = value;
    add_rerank(calls, options, query, rows);
    add_rerank(calls, options, query, awkward, true);
  };
  for (std::int32_t mode = RERANK_MODE_MAX; mode <= RERANK_MODE_COSINE + 1; ++mode) {
    add(&rerank_options::mode, mode);
  }
  for (const double value : special_values<double>()) {
    add(&rerank_options::threshold, value);
    add(&rerank_options::alpha, value);
    add(&rerank_options::tau, value);
    add(&rerank_options::n_cal, value);
    add(&rerank_options::gallery_size, value);
  }
  add(&rerank_options::alpha, 1e6);
  for (const T value : special_values<T>()) {
    std::vector<T> changed = query;
    changed[5] = value;
    add_rerank(calls, usual, changed, awkward);
    add_rerank(calls, usual, std::vector<T>(dimension, value), rows);
  }
}

/// With a workspace, and with threads that the call itself starts and ends.
template <class T>
void add_batch(Calls &calls, const std::vector<T> &queries, const std::vector<T> &rows, std::int32_t threads) {
  calls.add("rerank_scores_batch", [=] {
    const std::size_t asked = queries.size() / dimension;
    rerank_options options = rerank_defaults<T>();
    std::uint64_t bytes = 0;
    int status = rerank_workspace_bytes(&options, static_cast<std::int32_t>(asked), count, &bytes);
    if (status != RERANK_OK) return Result(status).numbers();
    std::vector<std::uint64_t> memory(bytes / 8 + 8);
    void *start = memory.data();
    std::size_t room = memory.size() * 8;
    options.workspace = std::align(64, bytes, start, room);
    options.workspace_bytes = bytes;
    status = threads == 0 ? 0 : rerank_pool_create(threads, &options.pool);
    if (status != RERANK_OK) return Result(status).numbers();
    std::vector<double> scores(asked * count);
    std::vector<double> cosines(asked * count);
    status = rerank_scores_batch(&options, queries.data(), static_cast<std::int32_t>(asked), 0, rows.data(), count,
                                 nullptr, scores.data(), cosines.data(), nullptr, nullptr);
    rerank_pool_destroy(options.pool);
    return Result(status).with(scores).with(cosines).numbers();
  });
}

template <class T>
void add_batch_calls(Calls &calls) {
  const std::vector<T> rows = rows_of<T>(6);
  std::vector<T> queries(rows.begin(), rows.begin() + 3 * dimension);
  for (const std::int32_t threads : {0, 1, 3}) {
    add_batch(calls, queries, awkward_rows<T>(), threads);
    add_batch(calls, queries, rows, threads);
  }
  queries[dimension + 3] = std::numeric_limits<T>::signaling_NaN();
  add_batch(calls, queries, rows, 2);
}

void add_legacy_calls(Calls &calls) {
  for (const double threshold : {0.5, 0.8, infinity, not_a_number}) {
    for (const double value : special_values<double>()) {
      auto rows = RandomFaces(3).rows(5, RERANK_LEGACY_DIMENSION, 2, 0.5);
      rows[3 * RERANK_LEGACY_DIMENSION + 7] = value;
      calls.add("compute_rerank_scores_from_embeddings", [=] {
        std::vector<double> scores(4);
        const int status = compute_rerank_scores_from_embeddings(
            rows.data(), rows.data() + RERANK_LEGACY_DIMENSION, 4, threshold, scores.data());
        return Result(status).with(scores).numbers();
      });
    }
  }
  for (const double value : special_values<double>()) {
    if (value > 0 && value <= 1) continue;
    calls.add("rerank_set_legacy_calibration",
              [=] { return Result(rerank_set_legacy_calibration(value, value)).numbers(); });
  }
}

// libmerge_embeddings

template <class T>
void add_merge(Calls &calls, std::int32_t method, const std::vector<T> &rows) {
  calls.add("merge_embeddings", [=] {
    merge_options options;
    merge_options_init(&options, sizeof options);
    options.element_type = sizeof(T) == sizeof(float) ? MERGE_FLOAT32 : MERGE_FLOAT64;
    options.dimension = static_cast<std::int32_t>(dimension);
    options.method = method;
    std::vector<T> merged(dimension);
    std::vector<double> weights(rows.size() / dimension);
    const int status = merge_embeddings(&options, rows.data(), static_cast<std::int32_t>(weights.size()),
                                        merged.data(), weights.data(), nullptr, nullptr);
    return Result(status).with(merged).with(weights).numbers();
  });
}

template <class T>
void add_merge_calls(Calls &calls) {
  for (const std::int32_t method : {MERGE_MEAN, MERGE_AGREEMENT}) {
    add_merge(calls, method, rows_of<T>(2));
    add_merge(calls, method, awkward_rows<T>());
    for (const T value : special_values<T>()) {
      std::vector<T> rows = rows_of<T>(2);
      rows[3 * dimension + 1] = value;
      add_merge(calls, method, rows);
      add_merge(calls, method, std::vector<T>(3 * dimension, value));
      add_template(calls, method, rows);
    }
  }
}

/// A template through a short life.
template <class T>
void add_template(Calls &calls, std::int32_t method, const std::vector<T> &rows) {
  calls.add("merge_template", [=] {
    merge_options options;
    merge_options_init(&options, sizeof options);
    options.element_type = sizeof(T) == sizeof(float) ? MERGE_FLOAT32 : MERGE_FLOAT64;
    options.dimension = static_cast<std::int32_t>(dimension);
    options.method = method;
    std::uint64_t bytes = 0;
    int status = merge_template_bytes(&options, 5, &bytes);
    std::vector<double> memory(bytes / 8);
    if (status == MERGE_OK) status = merge_template_init(&options, 5, memory.data(), bytes);
    std::vector<int> added;
    for (std::size_t row = 0; status == MERGE_OK && row < rows.size() / dimension; ++row) {
      added.push_back(
          merge_template_add(memory.data(), bytes, static_cast<std::int64_t>(row), rows.data() + row * dimension));
    }
    added.push_back(merge_template_remove(memory.data(), bytes, 1));
    std::vector<T> merged(dimension);
    if (status == MERGE_OK) {
      status = merge_template_read(memory.data(), bytes, 0, merged.data(), nullptr, nullptr, nullptr);
    }
    return Result(status).with(added).with(merged).numbers();
  });
}

void add_flip_calls(Calls &calls) {
  for (const std::int32_t mode : {MERGE_FLIP_MEAN, MERGE_FLIP_CONCAT}) {
    for (const float value : special_values<float>()) {
      const auto views = rows_of<float>(4);
      auto mirrored = rows_of<float>(5);
      std::fill_n(mirrored.begin() + 2 * dimension, dimension, value);
      calls.add("merge_flip", [=] {
        std::vector<float> merged(count * dimension * (mode == MERGE_FLIP_CONCAT ? 2 : 1));
        const int status = merge_flip(mode, views.data(), mirrored.data(), static_cast<std::int32_t>(count),
                                      static_cast<std::int32_t>(dimension), merged.data(), nullptr);
        return Result(status).with(merged).numbers();
      });
    }
  }
}

// libface_pixels

constexpr std::int32_t width = 29;
constexpr std::int32_t height = 23;

std::vector<std::uint8_t> picture() {
  std::vector<std::uint8_t> bytes(width * height * 3);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * i >> 3);
  return bytes;
}

void add_letterbox_calls(Calls &calls) {
  for (const std::int32_t side : {1, 14, 23, 31}) {
    calls.add("pixels_letterbox", [=] {
      const auto rgb = picture();
      std::vector<std::uint8_t> frame(32 * 31 * 3);
      const int status = pixels_letterbox(rgb.data(), width, height, side, side, frame.data(), 32, 31);
      return Result(status).with(frame).numbers();
    });
  }
}

void add_warp_calls(Calls &calls) {
  std::vector<double> values = special_values<double>();
  values.insert(values.end(), {0.3, -1.7, 1e9, -1e300});
  for (const double turned : values) {
    for (const double moved : values) {
      calls.add("pixels_warp_face", [=] {
        const auto rgb = picture();
        const double inverse[] = {0.25, turned, moved, 3};
        std::vector<std::uint8_t> crop(PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3);
        return Result(pixels_warp_face(rgb.data(), width, height, inverse, crop.data())).with(crop).numbers();
      });
    }
  }
}

void add_planes(Calls &calls, double mean, double divisor) {
  calls.add("pixels_planes", [=] {
    const auto bgr = picture();
    pixels_plane_options options;
    pixels_plane_options_init(&options, sizeof options);
    options.mean = mean;
    options.divisor = divisor;
    std::vector<float> planes(3 * 11 * 10);
    const int status =
        pixels_planes(&options, bgr.data(), width, height, 3 * width, 11, 10, planes.data(), 11, 10);
    return Result(status).with(planes).numbers();
  });
}

void add_grey(Calls &calls, double left, double right, double divisor) {
  calls.add("pixels_grey_crop", [=] {
    const auto bgr = picture();
    const double box[] = {left, 1.5, right, 20};
    std::vector<float> grey(PIXELS_GREY_SIDE * PIXELS_GREY_SIDE);
    const int status = pixels_grey_crop(bgr.data(), width, height, 3 * width, box, divisor, grey.data());
    return Result(status).with(grey).numbers();
  });
}

}  // namespace

std::vector<LibraryCall> library_calls() {
  Calls calls;
  add_rerank_calls<float>(calls);
  add_rerank_calls<double>(calls);
  add_batch_calls<float>(calls);
  add_batch_calls<double>(calls);
  add_legacy_calls(calls);
  add_merge_calls<float>(calls);
  add_merge_calls<double>(calls);
  add_flip_calls(calls);
  add_letterbox_calls(calls);
  add_warp_calls(calls);
  for (const double value : special_values<double>()) {
    add_planes(calls, value, 128);
    add_planes(calls, 127.5, value);
    add_planes(calls, 1e308, value);
    add_grey(calls, value, 29, 256);
    add_grey(calls, 0, value, 256);
    add_grey(calls, 2.5, 17.25, value);
  }
  return calls.calls;
}

}  // namespace test
