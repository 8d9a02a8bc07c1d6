// SPDX-License-Identifier: Apache-2.0
//
//   naive
#include "contender.h"
#include "naive_rerank.h"

namespace bench {
namespace {

class NaiveContender : public Contender {
 public:
  explicit NaiveContender(const DataSet &data) : data_(data) { scores_.resize(data.count()); }

  const char *call() override {
    const int failed = naive_rerank(data_.query(), data_.candidates(), data_.count(), data_.dimension, alpha, tau,
                                    threshold, scores_.data());
    return failed == 0 ? nullptr : "no memory";
  }

 private:
  const DataSet &data_;
};

}  // namespace

std::unique_ptr<Contender> make_naive_contender(const Specification &specification, const DataSet &data) {
  if (specification.name() != "naive") return nullptr;
  return std::make_unique<NaiveContender>(data);
}

}  // namespace bench
