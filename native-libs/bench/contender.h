// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// Calibration that all contenders are measured with: that of the default face model.
constexpr double alpha = 25;
constexpr double tau = 0.426;
constexpr double threshold = 0.5;

/// Row 0 is the query, the others are the candidates; without gaps.
struct DataSet {
  std::size_t dimension = 0;
  std::vector<float> values;

  [[nodiscard]] const float *query() const { return values.data(); }
  [[nodiscard]] const float *candidates() const { return values.data() + dimension; }
  [[nodiscard]] std::size_t count() const { return values.size() / dimension - 1; }
};

/// What is measured: prepared once for a data set, called often.
class Contender {
 public:
  Contender() = default;
  virtual ~Contender() = default;
  Contender(const Contender &) = delete;
  Contender &operator=(const Contender &) = delete;

  /// Does the work once. @return null, or why it could not be done.
  virtual const char *call() = 0;
  /// Scores of the last call in the order of the candidates; empty where there are none.
  [[nodiscard]] const std::vector<double> &scores() const { return scores_; }
  /// Operations of a call (or bytes, for reading memory) where the figure of interest is a rate; else 0.
  [[nodiscard]] virtual double operations() const { return 0; }
  /// Bytes of working memory that were handed to the library.
  [[nodiscard]] virtual std::size_t workspace_bytes() const { return 0; }

 protected:
  std::vector<double> scores_;
};

/// A contender's name and options, as in "library element=float64 mode=cosine".
class Specification {
 public:
  explicit Specification(const std::string &text);

  [[nodiscard]] const std::string &name() const { return words_.front(); }
  /// Whether an option is given with just this value.
  [[nodiscard]] bool has(const std::string &option, const std::string &value) const;
  /// Value of an option, or `fallback` where it is not given.
  [[nodiscard]] std::string text(const std::string &option, const std::string &fallback) const;
  [[nodiscard]] int number(const std::string &option, int fallback) const;

 private:
  std::vector<std::string> words_;
};

/// @return null when there is no such contender, on this CPU or at all. The data set outlives it.
std::unique_ptr<Contender> make_contender(const Specification &specification, const DataSet &data);

/// The groups of contenders; each returns null for a name that is not its own.
std::unique_ptr<Contender> make_library_contender(const Specification &specification, const DataSet &data);
std::unique_ptr<Contender> make_level_contender(const Specification &specification, const DataSet &data);
std::unique_ptr<Contender> make_naive_contender(const Specification &specification, const DataSet &data);
std::unique_ptr<Contender> make_peak_contender(const Specification &specification, const DataSet &data);

/// A level of vector instructions of the library.
struct Level {
  std::string name;
  /// Whether it has a bound that spares most products.
  bool bound;
};
/// Those that this CPU can run, the best one last.
std::vector<Level> runnable_library_levels();

/// Levels of vector instructions that this CPU can run, of the peaks; the best one last.
std::vector<std::string> peak_names();
/// Whether this CPU multiplies bytes by AVX-512 VNNI.
bool has_vnni();

}  // namespace bench
