// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "status.h"

namespace face {

/**
 * Threads that help one call at a time.
 *
 * While a call holds the pool its threads spin, since the call has many short phases; otherwise they sleep. A phase
 * is a number of tasks, given out one by one. The order in which they run is not known, so tasks of a phase must
 * not depend on each other; then results do not depend on the number of threads.
 */
class WorkPool {
 public:
  using Task = void (*)(void *context, std::size_t index);

  WorkPool() noexcept = default;
  WorkPool(const WorkPool &) = delete;
  WorkPool &operator=(const WorkPool &) = delete;
  /// Ends the threads.
  ~WorkPool();

  /// The threads have the floating point environment of the one that starts them.
  /// @param threads with the caller's own, >= 1.
  /// @return ok, out_of_memory or no_threads; after an error the pool has fewer threads, or none.
  [[nodiscard]] Status start(std::size_t threads) noexcept;

  /// Wakes the threads for the calling one; false when another call has them, or when they stayed behind in the
  /// process that this one was forked from.
  [[nodiscard]] bool acquire() noexcept;
  /// Lets the threads sleep again.
  void release() noexcept;

  /// Runs a phase, with the calling thread, which holds the pool.
  void run(std::size_t tasks, Task task, void *context) noexcept;

 private:
  static void *thread_main(void *pool);
  void help() noexcept;
  /// Takes tasks of the present phase as long as there are any.
  void take_tasks() noexcept;

  /// Process that has the threads.
  pid_t owner_ = 0;
  pthread_t *threads_ = nullptr;
  std::size_t thread_count_ = 0;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake_ = PTHREAD_COND_INITIALIZER;

  std::atomic<bool> held_{false};
  std::atomic<bool> awake_{false};
  std::atomic<bool> ending_{false};

  /// Number of the phase, and below it that of its next task. What belongs to a phase is only changed while the
  /// number is one that has no tasks, so a thread that comes late takes nothing of a phase that it does not know.
  std::atomic<std::uint64_t> ticket_{0};
  std::atomic<std::size_t> tasks_{0};
  std::atomic<std::size_t> unfinished_{0};
  std::atomic<Task> task_{nullptr};
  std::atomic<void *> context_{nullptr};
};

/// The pool for the length of a call, or nothing: without one, and while another call has it, the caller works alone.
class PoolLease {
 public:
  explicit PoolLease(WorkPool *pool) noexcept : pool_(pool != nullptr && pool->acquire() ? pool : nullptr) {}
  ~PoolLease() {
    if (pool_ != nullptr) pool_->release();
  }
  PoolLease(const PoolLease &) = delete;
  PoolLease &operator=(const PoolLease &) = delete;

  /// Calls body(index) for each index below `tasks`, in any order and by any thread.
  template <class Body>
  void for_each(std::size_t tasks, const Body &body) const noexcept {
    if (pool_ == nullptr || tasks < 2) {
      for (std::size_t index = 0; index < tasks; ++index) body(index);
      return;
    }
    // A context is handed over as void *, which has no place for const.
    auto *context = const_cast<Body *>(&body);
    pool_->run(
        tasks, [](void *given, std::size_t index) { (*static_cast<const Body *>(given))(index); }, context);
  }

 private:
  WorkPool *pool_;
};

}  // namespace face
