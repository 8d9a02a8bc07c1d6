// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace test {

/// Which end of the array touches the unreadable page next to it.
enum class Edge { first, last };

/// An array between two pages that nobody may touch: a read or write beyond the edge, even by one byte, ends the
/// program. What a vector loop does behind a row does not stay unseen.
template <class T>
class Guarded {
 public:
  Guarded(std::size_t count, Edge edge, std::size_t alignment = alignof(T)) : count_(count) {
    const std::size_t page = page_bytes();
    const std::size_t bytes = count * sizeof(T);
    const std::size_t inner = (bytes + page - 1) / page * page;
    mapped_bytes_ = inner + 2 * page;
    void *mapped = mmap(nullptr, mapped_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) std::abort();
    mapped_ = static_cast<char *>(mapped);
    inner_bytes_ = inner;
    protect(PROT_READ | PROT_WRITE);
    // What the alignment leaves over behind the last element is not ours either, but cannot be guarded.
    const std::size_t offset = edge == Edge::first ? 0 : (inner - bytes) / alignment * alignment;
    void *start = mapped_ + page + offset;
    data_ = static_cast<T *>(start);
  }
  /// A copy that may only be read.
  Guarded(const std::vector<T> &values, Edge edge) : Guarded(values.size(), edge) {
    if (!values.empty()) std::memcpy(data_, values.data(), values.size() * sizeof(T));
    protect(PROT_READ);
  }
  ~Guarded() { munmap(mapped_, mapped_bytes_); }
  Guarded(const Guarded &) = delete;
  Guarded &operator=(const Guarded &) = delete;

  T *data() { return data_; }
  const T *data() const { return data_; }
  std::vector<T> values() const { return std::vector<T>(data_, data_ + count_); }

 private:
  static std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }
  void protect(int access) {
    if (inner_bytes_ > 0 && mprotect(mapped_ + page_bytes(), inner_bytes_, access) != 0) std::abort();
  }

  std::size_t count_;
  char *mapped_;
  std::size_t mapped_bytes_;
  std::size_t inner_bytes_;
  T *data_;
};

}  // namespace test
