// SPDX-License-Identifier: Apache-2.0
#include "contender.h"

#include <cstdlib>
#include <sstream>

namespace bench {

Specification::Specification(const std::string &text) {
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words_.push_back(word);
  if (words_.empty()) words_.emplace_back();
}

bool Specification::has(const std::string &option, const std::string &value) const {
  return text(option, {}) == value;
}

std::string Specification::text(const std::string &option, const std::string &fallback) const {
  const std::string start = option + '=';
  for (const std::string &word : words_) {
    if (word.compare(0, start.size(), start) == 0) return word.substr(start.size());
  }
  return fallback;
}

int Specification::number(const std::string &option, int fallback) const {
  return std::atoi(text(option, std::to_string(fallback)).c_str());
}

std::unique_ptr<Contender> make_contender(const Specification &specification, const DataSet &data) {
  using Make = std::unique_ptr<Contender> (*)(const Specification &, const DataSet &);
  for (const Make make :
       {&make_library_contender, &make_level_contender, &make_naive_contender, &make_peak_contender}) {
    if (std::unique_ptr<Contender> contender = make(specification, data)) return contender;
  }
  return nullptr;
}

}  // namespace bench
