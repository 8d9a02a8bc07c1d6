// SPDX-License-Identifier: Apache-2.0
#include "work_pool.h"

#include <sched.h>
#include <unistd.h>

#include <cstdlib>

namespace face {
namespace {

constexpr std::uint64_t phase_unit = std::uint64_t{1} << 32;
/// A phase with this task next has none to give.
constexpr std::uint64_t no_task = phase_unit - 1;

/// Times a thread looks again before it lets others have the core.
constexpr int patience = 2000;

void pause_core() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// Waits for a condition that another thread brings about within microseconds.
template <class Condition>
void spin_until(const Condition &condition) noexcept {
  for (int looks = 0; !condition(); ++looks) {
    if (looks < patience) {
      pause_core();
    } else {
      sched_yield();
    }
  }
}

}  // namespace

Status WorkPool::start(std::size_t threads) noexcept {
  owner_ = getpid();
  if (threads < 2) return Status::ok;
  threads_ = static_cast<pthread_t *>(std::calloc(threads - 1, sizeof(pthread_t)));
  if (threads_ == nullptr) return Status::out_of_memory;
  for (; thread_count_ < threads - 1; ++thread_count_) {
    if (pthread_create(threads_ + thread_count_, nullptr, thread_main, this) != 0) return Status::no_threads;
  }
  return Status::ok;
}

WorkPool::~WorkPool() {
  if (owner_ != getpid()) {
    // There is nobody to wait for, and the mutex may be held by a thread that does not exist here.
    std::free(threads_);
    return;
  }
  pthread_mutex_lock(&mutex_);
  ending_.store(true);
  pthread_cond_broadcast(&wake_);
  pthread_mutex_unlock(&mutex_);
  for (std::size_t i = 0; i < thread_count_; ++i) pthread_join(threads_[i], nullptr);
  std::free(threads_);
  pthread_cond_destroy(&wake_);
  pthread_mutex_destroy(&mutex_);
}

bool WorkPool::acquire() noexcept {
  if (thread_count_ == 0 || owner_ != getpid() || held_.exchange(true)) return false;
  pthread_mutex_lock(&mutex_);
  awake_.store(true);
  pthread_cond_broadcast(&wake_);
  pthread_mutex_unlock(&mutex_);
  return true;
}

void WorkPool::release() noexcept {
  awake_.store(false);
  held_.store(false);
}

void *WorkPool::thread_main(void *pool) {
  static_cast<WorkPool *>(pool)->help();
  return nullptr;
}

void WorkPool::help() noexcept {
  for (;;) {
    pthread_mutex_lock(&mutex_);
    while (!awake_.load() && !ending_.load()) pthread_cond_wait(&wake_, &mutex_);
    pthread_mutex_unlock(&mutex_);
    if (ending_.load()) return;
    while (awake_.load()) {
      const std::uint64_t seen = ticket_.load();
      take_tasks();
      spin_until([&] { return !awake_.load() || ticket_.load() / phase_unit != seen / phase_unit; });
    }
  }
}

void WorkPool::take_tasks() noexcept {
  std::uint64_t ticket = ticket_.load();
  const std::uint64_t phase = ticket / phase_unit;
  const std::size_t tasks = tasks_.load();
  const Task task = task_.load();
  void *const context = context_.load();
  while (ticket / phase_unit == phase && ticket % phase_unit < tasks) {
    if (!ticket_.compare_exchange_weak(ticket, ticket + 1)) continue;
    task(context, ticket % phase_unit);
    unfinished_.fetch_sub(1);
    ticket = ticket_.load();
  }
}

void WorkPool::run(std::size_t tasks, Task task, void *context) noexcept {
  const std::uint64_t phase = ticket_.load() / phase_unit;
  ticket_.store((phase + 1) * phase_unit + no_task);
  tasks_.store(tasks);
  task_.store(task);
  context_.store(context);
  unfinished_.store(tasks);
  ticket_.store((phase + 2) * phase_unit);
  take_tasks();
  spin_until([&] { return unfinished_.load() == 0; });
}

}  // namespace face
