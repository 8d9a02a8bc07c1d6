// SPDX-License-Identifier: Apache-2.0
//
// Nothing is read or written beyond what the headers say, on no level of vector instructions: every array of a
// call lies against a page that cannot be touched, once with its start and once with its end, and inputs cannot be
// written.

#include "check.h"
#include "face_pixels.h"
#include "forced_level.h"
#include "guarded_memory.h"
#include "merge_embeddings.h"
#include "random_faces.h"
#include "random_pictures.h"
#include "rerank_compute.h"

namespace {

using test::Edge;
using test::Guarded;

const Edge edges[] = {Edge::first, Edge::last};

/// Every length of a rest behind whole vectors, and those around powers of two.
std::vector<std::size_t> dimensions() {
  std::vector<std::size_t> all;
  for (std::size_t dimension = 1; dimension <= 70; ++dimension) all.push_back(dimension);
  for (const std::size_t power : {128u, 256u, 512u, 1024u}) all.insert(all.end(), {power - 1, power, power + 1});
  all.insert(all.end(), {4095, 4096});
  return all;
}

/// Rows `gap` elements apart; the array ends with the last element of the last row.
template <class T>
std::vector<T> rows_of(test::RandomFaces &faces, std::size_t count, std::size_t dimension, std::size_t gap) {
  const auto packed = faces.rows(count, dimension, 3, 0.6);
  const std::size_t stride = dimension + gap;
  std::vector<T> rows((count - 1) * stride + dimension);
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < dimension; ++i)
      rows[row * stride + i] = static_cast<T>(packed[row * dimension + i]);
  }
  return rows;
}

template <class T>
void rerank(std::size_t count, std::size_t dimension) {
  test::RandomFaces faces(static_cast<unsigned>(count * 5000 + dimension));
  const std::size_t gap = count % 3;
  rerank_options options;
  EXPECT(rerank_options_init(&options, sizeof options) == RERANK_OK);
  options.element_type = sizeof(T) == sizeof(float) ? RERANK_FLOAT32 : RERANK_FLOAT64;
  options.dimension = static_cast<std::int32_t>(dimension);
  options.row_stride = static_cast<std::int64_t>(dimension + gap);
  const std::vector<T> rows = rows_of<T>(faces, count, dimension, gap);
  std::vector<std::int32_t> ids(count);
  for (auto &id : ids) id = static_cast<std::int32_t>(faces.below(4)) - 1;
  for (const Edge edge : edges) {
    const Guarded<T> query(std::vector<T>(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(dimension)),
                           edge);
    const Guarded<T> candidates(rows, edge);
    const Guarded<std::int32_t> subjects(ids, edge);
    Guarded<double> scores(count, edge);
    Guarded<double> cosines(count, edge);
    Guarded<std::int32_t> neighbours(count, edge);
    EXPECT(rerank_scores(&options, query.data(), candidates.data(), static_cast<std::int32_t>(count),
                         dimension % 2 == 0 ? nullptr : subjects.data(), scores.data(), cosines.data(),
                         neighbours.data()) == RERANK_OK);
    EXPECT(scores.data()[0] == 1);
  }
}

/// Several queries with gaps, and a workspace of the very size.
template <class T>
void rerank_batch(std::size_t count, std::size_t dimension) {
  test::RandomFaces faces(static_cast<unsigned>(count * 5000 + dimension));
  const std::size_t asked = 1 + dimension % 3;
  const std::size_t gap = dimension % 4;
  rerank_options options;
  EXPECT(rerank_options_init(&options, sizeof options) == RERANK_OK);
  options.element_type = sizeof(T) == sizeof(float) ? RERANK_FLOAT32 : RERANK_FLOAT64;
  options.dimension = static_cast<std::int32_t>(dimension);
  const auto told_count = static_cast<std::int32_t>(count);
  const auto told_asked = static_cast<std::int32_t>(asked);
  std::uint64_t bytes = 0;
  EXPECT(rerank_workspace_bytes(&options, told_asked, told_count, &bytes) == RERANK_OK);
  const std::vector<T> rows = rows_of<T>(faces, count, dimension, 0);
  const std::vector<T> asking = rows_of<T>(faces, asked, dimension, gap);
  for (const Edge edge : edges) {
    const Guarded<T> queries(asking, edge);
    const Guarded<T> candidates(rows, edge);
    Guarded<unsigned char> workspace(bytes, edge, 64);
    Guarded<double> scores(asked * count, edge);
    Guarded<double> cosines(asked * count, edge);
    Guarded<std::int32_t> neighbours(count, edge);
    Guarded<std::int32_t> failed(1, edge);
    options.workspace = workspace.data();
    options.workspace_bytes = bytes;
    EXPECT(rerank_scores_batch(&options, queries.data(), told_asked, static_cast<std::int64_t>(dimension + gap),
                               candidates.data(), told_count, nullptr, scores.data(), cosines.data(),
                               neighbours.data(), failed.data()) == RERANK_OK);
    EXPECT(*failed.data() == -1);
  }
}

void legacy_rerank(std::size_t count) {
  test::RandomFaces faces(7);
  const auto rows = rows_of<double>(faces, count, RERANK_LEGACY_DIMENSION, 0);
  for (const Edge edge : edges) {
    const Guarded<double> query(std::vector<double>(rows.begin(), rows.begin() + RERANK_LEGACY_DIMENSION), edge);
    const Guarded<double> candidates(rows, edge);
    Guarded<double> scores(count, edge);
    EXPECT(compute_rerank_scores_from_embeddings(query.data(), candidates.data(), static_cast<int>(count), 0.5,
                                                 scores.data()) == 0);
  }
}

void reranking() {
  for (const std::size_t dimension : dimensions()) {
    const std::size_t largest = dimension > 1000 ? 9 : 63 + dimension % 5;
    for (const std::size_t count : {std::size_t{1}, 1 + dimension % 8, largest}) {
      rerank<float>(count, dimension);
      rerank<double>(count, dimension);
    }
    rerank_batch<float>(largest, dimension);
    rerank_batch<double>(largest, dimension);
  }
  for (const std::size_t count : {1u, 2u, 5u, 17u}) legacy_rerank(count);
}

template <class T>
void merge(std::size_t count, std::size_t dimension) {
  test::RandomFaces faces(static_cast<unsigned>(count * 5000 + dimension));
  const std::size_t gap = count % 3;
  merge_options options;
  EXPECT(merge_options_init(&options, sizeof options) == MERGE_OK);
  options.element_type = sizeof(T) == sizeof(float) ? MERGE_FLOAT32 : MERGE_FLOAT64;
  options.dimension = static_cast<std::int32_t>(dimension);
  options.row_stride = static_cast<std::int64_t>(dimension + gap);
  // Of one person, so that their sum cannot vanish in one dimension.
  std::vector<T> rows = rows_of<T>(faces, count, dimension, gap);
  for (T &value : rows) value = value < 0 ? -value : value;
  for (const Edge edge : edges) {
    const Guarded<T> embeddings(rows, edge);
    Guarded<T> merged(dimension, edge);
    Guarded<double> weights(count, edge);
    Guarded<std::uint8_t> outliers(count, edge);
    Guarded<std::int32_t> failed_row(1, edge);
    EXPECT(merge_embeddings(&options, embeddings.data(), static_cast<std::int32_t>(count), merged.data(),
                            weights.data(), outliers.data(), failed_row.data()) == MERGE_OK);
  }
}

template <class T>
void grow_template(std::size_t count, std::size_t dimension) {
  test::RandomFaces faces(static_cast<unsigned>(count * 5000 + dimension));
  merge_options options;
  EXPECT(merge_options_init(&options, sizeof options) == MERGE_OK);
  options.element_type = sizeof(T) == sizeof(float) ? MERGE_FLOAT32 : MERGE_FLOAT64;
  options.dimension = static_cast<std::int32_t>(dimension);
  const auto capacity = static_cast<std::int32_t>(count);
  std::uint64_t bytes = 0;
  EXPECT(merge_template_bytes(&options, capacity, &bytes) == MERGE_OK);
  std::vector<T> photo = rows_of<T>(faces, 1, dimension, 0);
  for (const Edge edge : edges) {
    Guarded<unsigned char> memory(bytes, edge, 8);
    Guarded<unsigned char> copy(bytes, edge, 8);
    const Guarded<T> row(photo, edge);
    Guarded<T> merged(dimension, edge);
    Guarded<std::int64_t> ids(count, edge);
    Guarded<double> weights(count, edge);
    Guarded<std::uint8_t> outliers(count, edge);
    EXPECT(merge_template_init(&options, capacity, memory.data(), bytes) == MERGE_OK);
    for (std::int64_t id = 0; id < capacity; ++id) {
      EXPECT(merge_template_add(memory.data(), bytes, id, row.data()) == MERGE_OK);
    }
    EXPECT(merge_template_read(memory.data(), bytes, capacity, merged.data(), ids.data(), weights.data(),
                               outliers.data()) == MERGE_OK);
    EXPECT(merge_template_copy(memory.data(), bytes, capacity, copy.data(), bytes) == MERGE_OK);
    for (std::int64_t id = 0; id < capacity; ++id) {
      EXPECT(merge_template_remove(memory.data(), bytes, id) == MERGE_OK);
    }
  }
}

void flip(std::size_t count, std::size_t dimension, std::int32_t mode) {
  test::RandomFaces faces(static_cast<unsigned>(count * 5000 + dimension));
  auto rows = rows_of<float>(faces, count, dimension, 0);
  for (float &value : rows) value = value < 0 ? -value : value;
  for (const Edge edge : edges) {
    const Guarded<float> views(rows, edge);
    const Guarded<float> mirrored(rows, edge);
    Guarded<float> merged(count * dimension * (mode == MERGE_FLIP_CONCAT ? 2 : 1), edge);
    Guarded<std::int32_t> failed_row(1, edge);
    EXPECT(merge_flip(mode, views.data(), mirrored.data(), static_cast<std::int32_t>(count),
                      static_cast<std::int32_t>(dimension), merged.data(), failed_row.data()) == MERGE_OK);
  }
}

void merging() {
  for (const std::size_t dimension : dimensions()) {
    for (const std::size_t count : {std::size_t{1}, 2 + dimension % 7}) {
      merge<float>(count, dimension);
      merge<double>(count, dimension);
      grow_template<float>(count, dimension);
      grow_template<double>(count, dimension);
      flip(count, dimension, MERGE_FLIP_MEAN);
      flip(count, dimension, MERGE_FLIP_CONCAT);
    }
  }
}

void letterbox(test::RandomPictures &random, int width, int height) {
  const auto picture = random.picture(width, height);
  const int fit_width = random.between(1, 70);
  const int fit_height = random.between(1, 20);
  const int frame_width = fit_width + random.between(0, 2);
  const int frame_height = fit_height + random.between(0, 2);
  for (const Edge edge : edges) {
    const Guarded<std::uint8_t> rgb(picture.bytes, edge);
    Guarded<std::uint8_t> frame(static_cast<std::size_t>(frame_width * frame_height * 3), edge);
    EXPECT(pixels_letterbox(rgb.data(), width, height, fit_width, fit_height, frame.data(), frame_width,
                            frame_height) == PIXELS_OK);
    Guarded<std::uint8_t> copy(picture.bytes.size(), edge);
    EXPECT(pixels_letterbox(rgb.data(), width, height, width, height, copy.data(), width, height) == PIXELS_OK);
  }
}

void warp(test::RandomPictures &random, int width, int height) {
  const auto picture = random.picture(width, height);
  // About as large as the picture, so that many places lie on its border and beyond.
  const double scale = std::max(width, height) / 100.0;
  const std::vector<double> places = {scale * random.between(-1.0, 1.0), scale * random.between(-1.0, 1.0),
                                      random.between(-0.2, 1.2) * width, random.between(-0.2, 1.2) * height};
  for (const Edge edge : edges) {
    const Guarded<std::uint8_t> rgb(picture.bytes, edge);
    const Guarded<double> inverse(places, edge);
    Guarded<std::uint8_t> crop(PIXELS_FACE_SIDE * PIXELS_FACE_SIDE * 3, edge);
    EXPECT(pixels_warp_face(rgb.data(), width, height, inverse.data(), crop.data()) == PIXELS_OK);
  }
}

void planes(test::RandomPictures &random, int width, int height) {
  const auto picture = random.picture(width, height, random.between(0, 5));
  const int fit_width = random.between(1, 40);
  const int fit_height = random.between(1, 20);
  pixels_plane_options options;
  EXPECT(pixels_plane_options_init(&options, sizeof options) == PIXELS_OK);
  options.mirrored = random.between(0, 1);
  for (const Edge edge : edges) {
    const Guarded<std::uint8_t> bgr(picture.bytes, edge);
    Guarded<float> three(static_cast<std::size_t>(3 * fit_width * fit_height), edge);
    EXPECT(pixels_planes(&options, bgr.data(), width, height, picture.stride, fit_width, fit_height, three.data(),
                         fit_width, fit_height) == PIXELS_OK);
  }
}

void grey_crop(test::RandomPictures &random, int width, int height) {
  const auto picture = random.picture(width, height, random.between(0, 5));
  const double left = random.between(0.0, 0.5) * width;
  const double top = random.between(0.0, 0.5) * height;
  for (const Edge edge : edges) {
    const Guarded<std::uint8_t> bgr(picture.bytes, edge);
    const Guarded<double> box(std::vector<double>{left, top, width + 0.0, height + 0.0}, edge);
    const Guarded<double> whole(std::vector<double>{0, 0, width + 0.0, height + 0.0}, edge);
    Guarded<float> grey(PIXELS_GREY_SIDE * PIXELS_GREY_SIDE, edge);
    EXPECT(pixels_grey_crop(bgr.data(), width, height, picture.stride, box.data(), 256, grey.data()) == PIXELS_OK);
    EXPECT(pixels_grey_crop(bgr.data(), width, height, picture.stride, whole.data(), 1, grey.data()) == PIXELS_OK);
  }
}

void pixels() {
  test::RandomPictures random(21);
  for (int width = 1; width <= 70; ++width) {
    for (const int height : {1, 2, random.between(3, 70)}) {
      letterbox(random, width, height);
      warp(random, width, height);
      planes(random, width, height);
      grey_crop(random, width, height);
    }
  }
}

}  // namespace

int main() {
  test::on_every_level([] {
    test::group("reranking", reranking);
    test::group("pixels", pixels);
  });
  test::group("merging", merging);
  return test::finish();
}
