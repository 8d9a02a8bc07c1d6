// SPDX-License-Identifier: Apache-2.0
//
// What the core can do at most:
//   multiply-add name=avx512   float32, operands in registers
//   vnni                       bytes, operands in registers
//   read name=avx512           the candidates as float64, each byte once
#include <algorithm>

#include "contender.h"
#include "cpu_level.h"
#include "peak/peak.h"

namespace bench {
namespace {

/// About a millisecond.
constexpr std::size_t rounds = 200'000;

// Volatile: the compiler must neither know the operands nor drop the result.
volatile float factor = 0.9999F;
volatile float summand = 1e-9F;
volatile double result;

class MultiplyAdd : public Contender {
 public:
  explicit MultiplyAdd(const Peak &peak) : peak_(peak) {}
  const char *call() override {
    result = static_cast<double>(peak_.multiply_add(rounds, factor, summand));
    return nullptr;
  }
  [[nodiscard]] double operations() const override {
    return static_cast<double>(rounds * peak_.operations_per_round);
  }

 private:
  const Peak &peak_;
};

class Read : public Contender {
 public:
  Read(const Peak &peak, const DataSet &data)
      : peak_(peak), values_(data.candidates(), data.candidates() + data.count() * data.dimension) {}
  const char *call() override {
    result = peak_.read(values_.data(), values_.size());
    return nullptr;
  }
  [[nodiscard]] double operations() const override { return static_cast<double>(values_.size() * sizeof(double)); }

 private:
  const Peak &peak_;
  std::vector<double> values_;
};

#if defined(FACE_X86_KERNELS)
class Vnni : public Contender {
 public:
  const char *call() override {
    result = vnni_multiply_add(rounds, static_cast<int>(factor * 100), 1);
    return nullptr;
  }
  [[nodiscard]] double operations() const override {
    return static_cast<double>(rounds * vnni_operations_per_round);
  }
};
#endif

std::vector<const Peak *> runnable_peaks() {
#if defined(FACE_X86_KERNELS)
  std::vector<const Peak *> peaks = {&portable_peak, &avx2_peak, &avx512_peak};
#else
  std::vector<const Peak *> peaks = {&portable_peak};
#endif
  peaks.resize(std::min(peaks.size(), face::runnable_levels()));
  return peaks;
}

const Peak *find_peak(const Specification &specification) {
  for (const Peak *peak : runnable_peaks()) {
    if (specification.has("name", peak->name)) return peak;
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<Contender> make_peak_contender(const Specification &specification, const DataSet &data) {
#if defined(FACE_X86_KERNELS)
  if (specification.name() == "vnni" && has_vnni()) return std::make_unique<Vnni>();
#endif
  const Peak *const peak = find_peak(specification);
  if (peak == nullptr) return nullptr;
  if (specification.name() == "multiply-add") return std::make_unique<MultiplyAdd>(*peak);
  if (specification.name() == "read") return std::make_unique<Read>(*peak, data);
  return nullptr;
}

std::vector<std::string> peak_names() {
  std::vector<std::string> names;
  for (const Peak *peak : runnable_peaks()) names.emplace_back(peak->name);
  return names;
}

bool has_vnni() {
#if defined(FACE_X86_KERNELS)
  return face::runnable_levels() == 3 && face::has_byte_products();
#else
  return false;
#endif
}

}  // namespace bench
