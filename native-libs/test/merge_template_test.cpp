// SPDX-License-Identifier: Apache-2.0
//
// Templates whose members come and go, against merge_embeddings() of a plain list of members.

#include <cfenv>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "check.h"
#include "merge_call.h"
#include "merge_embeddings.h"
#include "merge_template_call.h"
#include "random_faces.h"

namespace {

using test::Merged;
using test::Template;

/// What a template should be: a list.
template <class T>
struct Model {
  struct Member {
    std::int64_t id;
    std::vector<T> embedding;
  };

  std::int32_t method;
  std::size_t dimension;
  std::size_t capacity;
  std::vector<Member> members = {};

  [[nodiscard]] std::size_t find(std::int64_t id) const {
    std::size_t position = 0;
    while (position < members.size() && members[position].id != id) ++position;
    return position;
  }

  int add(std::int64_t id, const std::vector<T> &embedding) {
    if (find(id) != members.size()) return MERGE_DUPLICATE_ID;
    if (members.size() == capacity) return MERGE_TEMPLATE_FULL;
    members.push_back({id, embedding});
    return MERGE_OK;
  }

  int remove(std::int64_t id) {
    const std::size_t position = find(id);
    if (position == members.size()) return MERGE_UNKNOWN_ID;
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(position));
    return MERGE_OK;
  }

  [[nodiscard]] Merged merge() const {
    std::vector<T> rows;
    for (const Member &member : members) {
      rows.insert(rows.end(), member.embedding.begin(), member.embedding.end());
    }
    return test::merge(method, dimension, rows);
  }
};

template <class T>
void expect_equal(const Template<T> &got, const Model<T> &wanted) {
  EXPECT(got.count() == wanted.members.size());
  std::vector<std::int64_t> ids;
  const Merged result = got.read(&ids);
  if (wanted.members.empty()) {
    EXPECT(result.status == MERGE_EMPTY_TEMPLATE);
    return;
  }
  const Merged reference = wanted.merge();
  EXPECT(result.status == reference.status);
  if (reference.status != MERGE_OK) return;
  EXPECT(result == reference);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT(ids[i] == wanted.members[i].id);

  // The same members in a template that never saw any other.
  Template<T> fresh(wanted.method, wanted.dimension, static_cast<std::int32_t>(wanted.capacity));
  for (const auto &member : wanted.members) EXPECT(fresh.add(member.id, member.embedding.data()) == MERGE_OK);
  EXPECT(fresh.memory() == got.memory());
}

template <class T>
std::vector<T> random_photo(test::RandomFaces &faces, const std::vector<double> &person) {
  const auto photo = faces.below(4) == 0 ? faces.direction(person.size()) : faces.photo(person, 0.8);
  std::vector<T> embedding(photo.begin(), photo.end());
  for (T &value : embedding) value *= static_cast<T>(faces.between(0.01, 100));
  return embedding;
}

template <class T>
void random_sequences() {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    test::RandomFaces faces(seed);
    const std::size_t dimensions[] = {1, 2, 19, 128};
    const std::size_t dimension = dimensions[seed % 4];
    const std::size_t capacity = 1 + faces.below(12);
    Model<T> model = {seed % 3 == 0 ? MERGE_MEAN : MERGE_AGREEMENT, dimension, capacity};
    Template<T> subject(model.method, dimension, static_cast<std::int32_t>(capacity));
    const auto person = faces.direction(dimension);
    for (int step = 0; step < 150; ++step) {
      const auto id = static_cast<std::int64_t>(faces.below(2 * capacity)) - 3;
      if (faces.below(5) < 3) {
        const auto photo = random_photo<T>(faces, person);
        EXPECT(subject.add(id, photo.data()) == model.add(id, photo));
      } else {
        EXPECT(subject.remove(id) == model.remove(id));
      }
      expect_equal(subject, model);
    }
  }
}

void added_and_taken_out() {
  test::RandomFaces faces(100);
  Template<float> subject(MERGE_AGREEMENT, 512, 600);
  for (std::int64_t id = 0; id < 5; ++id) EXPECT(subject.add(id, test::to_float(faces.direction(512)).data()) == 0);
  const auto before = subject.memory();
  const Merged result = subject.read();
  // Enough of them to wear out any sum that rounds.
  for (std::int64_t id = 5; id < 600; ++id) {
    const float length = id % 2 == 0 ? 1e-30F : 1e30F;
    auto photo = test::to_float(faces.direction(512));
    for (float &value : photo) value *= length;
    EXPECT(subject.add(id, photo.data()) == MERGE_OK);
  }
  EXPECT(!(subject.read() == result));
  for (std::int64_t id = 5; id < 600; id += 2) EXPECT(subject.remove(id) == MERGE_OK);
  for (std::int64_t id = 598; id > 5; id -= 2) EXPECT(subject.remove(id) == MERGE_OK);
  EXPECT(subject.read() == result);
  // No byte is left of who was taken out.
  EXPECT(subject.memory() == before);
}

void taken_out_and_added_again() {
  test::RandomFaces faces(101);
  Template<double> subject(MERGE_AGREEMENT, 64, 8);
  std::vector<std::vector<double>> photos;
  for (std::int64_t id = 0; id < 8; ++id) {
    photos.push_back(faces.direction(64));
    EXPECT(subject.add(id, photos.back().data()) == MERGE_OK);
  }
  const Merged before = subject.read();
  for (std::size_t id = 0; id < 8; ++id) {
    EXPECT(subject.remove(static_cast<std::int64_t>(id)) == MERGE_OK);
    EXPECT(subject.add(static_cast<std::int64_t>(id), photos[id].data()) == MERGE_OK);
    // The order of the members is another one meanwhile.
    EXPECT(subject.read().merged == before.merged);
  }
  EXPECT(subject.read() == before);
}

void copies() {
  test::RandomFaces faces(102);
  Template<float> small(MERGE_AGREEMENT, 33, 4);
  Template<float> large(MERGE_AGREEMENT, 33, 9);
  for (std::int64_t id = 0; id < 4; ++id) {
    const auto photo = test::to_float(faces.direction(33));
    EXPECT(small.add(id, photo.data()) == MERGE_OK && large.add(id, photo.data()) == MERGE_OK);
  }
  EXPECT(small.resized(9).memory() == large.memory());
  EXPECT(large.resized(4).memory() == small.memory());
  EXPECT(small.resized(4).memory() == small.memory());
  EXPECT(Template<float>(MERGE_MEAN, 5, 1).resized(3).memory() == Template<float>(MERGE_MEAN, 5, 3).memory());

  // Plain bytes that may move.
  Template<float> moved(MERGE_AGREEMENT, 33, 4);
  moved.memory() = small.memory();
  EXPECT(moved.read() == small.read());
  EXPECT(moved.remove(2) == MERGE_OK && moved.count() == 3 && small.count() == 4);
}

void optional_outputs() {
  Template<double> subject(MERGE_MEAN, 2, 3);
  const double photo[] = {3, 4};
  EXPECT(subject.add(-9, photo) == MERGE_OK);
  double merged[2] = {};
  EXPECT(merge_template_read(subject.data(), subject.bytes(), -5, merged, nullptr, nullptr, nullptr) == MERGE_OK);
  EXPECT_NEAR(merged[0], 0.6, 1e-15);
  EXPECT_NEAR(merged[1], 0.8, 1e-15);
  std::int64_t id = 0;
  EXPECT(merge_template_read(subject.data(), subject.bytes(), 1, merged, &id, nullptr, nullptr) == MERGE_OK);
  EXPECT(id == -9);
  // Room for more is not used.
  double weights[2] = {5, 5};
  EXPECT(merge_template_read(subject.data(), subject.bytes(), 2, merged, nullptr, weights, nullptr) == MERGE_OK);
  EXPECT(weights[0] == 1 && weights[1] == 5);
}

/// Adding in one rounding mode and taking out in another must not leave a trace either.
void rounding_modes() {
  test::RandomFaces faces(103);
  Template<double> subject(MERGE_AGREEMENT, 40, 20);
  const auto add_photos = [&](std::int64_t first) {
    for (std::int64_t id = first; id < first + 5; ++id) {
      auto photo = faces.direction(40);
      photo[static_cast<std::size_t>(id)] *= 1e-9;
      EXPECT(subject.add(id, photo.data()) == MERGE_OK);
    }
  };
  add_photos(0);
  const auto before = subject.memory();
  const Merged result = subject.read();
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    std::fesetround(mode);
    EXPECT(subject.read() == result);
    add_photos(5);
    EXPECT(std::fegetround() == mode);
    std::fesetround(mode == FE_UPWARD ? FE_DOWNWARD : FE_UPWARD);
    for (std::int64_t id = 5; id < 10; ++id) EXPECT(subject.remove(id) == MERGE_OK);
    EXPECT(subject.memory() == before);
  }
  std::fesetround(FE_TONEAREST);
}

void extreme_ids() {
  Template<double> subject(MERGE_MEAN, 1, 3);
  const double photo = 1;
  for (const std::int64_t id : {INT64_MIN, INT64_MAX, std::int64_t{0}}) EXPECT(subject.add(id, &photo) == MERGE_OK);
  EXPECT(subject.remove(INT64_MAX) == MERGE_OK && subject.remove(INT64_MAX) == MERGE_UNKNOWN_ID);
  EXPECT(subject.remove(INT64_MIN) == MERGE_OK && subject.remove(0) == MERGE_OK && subject.count() == 0);
  EXPECT(subject.remove(0) == MERGE_UNKNOWN_ID);
}

}  // namespace

int main() {
  test::group("random sequences, float", random_sequences<float>);
  test::group("random sequences, double", random_sequences<double>);
  test::group("photos added and taken out", added_and_taken_out);
  test::group("photos taken out and added again", taken_out_and_added_again);
  test::group("copies", copies);
  test::group("optional outputs", optional_outputs);
  test::group("rounding modes", rounding_modes);
  test::group("extreme ids", extreme_ids);
  return test::finish();
}
