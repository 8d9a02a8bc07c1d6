// SPDX-License-Identifier: Apache-2.0
//
// What surrounds a call, the thread's errno, locale and floating point environment, neither changes by it nor
// changes its result.

#include <cerrno>
#include <cfenv>
#include <clocale>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include <setjmp.h>
#include <signal.h>

#include "check.h"
#include "library_calls.h"

namespace {

const std::vector<test::LibraryCall> &calls() {
  static const std::vector<test::LibraryCall> all = test::library_calls();
  return all;
}

/// What each call gives in the usual environment.
const std::vector<std::vector<double>> &usual_results() {
  static const std::vector<std::vector<double>> results = [] {
    std::vector<std::vector<double>> made;
    for (const auto &call : calls()) made.push_back(call.run());
    return made;
  }();
  return results;
}

/// For those who land elsewhere.
const char *volatile current_call = "";

bool same_bits(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Runs every call between `enter()` and `leave()`, which says whether the surroundings are as they were.
template <class Enter, class Leave>
void around_every_call(const Enter &enter, const Leave &leave) {
  const int failures = test::failures();
  for (std::size_t i = 0; i < calls().size(); ++i) {
    current_call = calls()[i].name.c_str();
    enter();
    const auto result = calls()[i].run();
    const bool untouched = leave();
    EXPECT(untouched);
    EXPECT(same_bits(result, usual_results()[i]));
    if (test::failures() > failures) {
      std::printf("in %s\n", current_call);
      return;
    }
  }
}

void error_number() {
  around_every_call([] { errno = 4711; }, [] { return errno == 4711; });
}

void locale() {
  // A decimal comma, where the system has one.
  const char *named = nullptr;
  for (const char *name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "C.UTF-8"}) {
    if (named == nullptr) named = std::setlocale(LC_ALL, name);
  }
  const std::string before = std::setlocale(LC_ALL, nullptr);
  around_every_call([] {}, [&] { return before == std::setlocale(LC_ALL, nullptr); });
  std::setlocale(LC_ALL, "C");
}

void rounding() {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    around_every_call([=] { std::fesetround(mode); },
                      [=] {
                        const bool untouched = std::fegetround() == mode;
                        std::fesetround(FE_TONEAREST);
                        return untouched;
                      });
  }
}

#if defined(__x86_64__)
/// Treats subnormal input as zero, and makes subnormal results zero.
constexpr std::uint32_t flush_bits = 0x8040;
std::uint32_t modes() { return __builtin_ia32_stmxcsr(); }
void set_modes(std::uint32_t modes) { __builtin_ia32_ldmxcsr(modes); }
#elif defined(__aarch64__)
constexpr std::uint64_t flush_bits = std::uint64_t{1} << 24;
std::uint64_t modes() {
  std::uint64_t read = 0;
  __asm__ volatile("mrs %0, fpcr" : "=r"(read));
  return read;
}
void set_modes(std::uint64_t modes) { __asm__ volatile("msr fpcr, %0" : : "r"(modes)); }
#endif

#if defined(__x86_64__) || defined(__aarch64__)
void flush_to_zero() {
  const auto usual = modes();
  around_every_call([=] { set_modes(usual | flush_bits); },
                    [=] {
                      const bool untouched = (modes() & flush_bits) == flush_bits;
                      set_modes(usual);
                      return untouched;
                    });
}
#endif

void status_flags() {
  around_every_call([] { std::feclearexcept(FE_ALL_EXCEPT); },
                    [] { return std::fetestexcept(FE_ALL_EXCEPT) == 0; });
  around_every_call([] { std::feraiseexcept(FE_ALL_EXCEPT); },
                    [] { return std::fetestexcept(FE_ALL_EXCEPT) == FE_ALL_EXCEPT; });
  std::feclearexcept(FE_ALL_EXCEPT);
}

#if defined(__GLIBC__)
sigjmp_buf trapped;
extern "C" void leave_trap(int) { siglongjmp(trapped, 1); }

/// A caller who debugs his own arithmetic by traps must not fall over ours.
void traps() {
  constexpr int wanted = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW;
  std::feclearexcept(FE_ALL_EXCEPT);
  if (feenableexcept(wanted) == -1 || fegetexcept() != wanted) {
    std::printf("skipped: this CPU has no floating point traps\n");
    return;
  }
  fedisableexcept(wanted);
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = leave_trap;
  sigaction(SIGFPE, &action, &before);
  if (sigsetjmp(trapped, 1) == 0) {
    around_every_call([] { feenableexcept(wanted); },
                      [] {
                        const bool untouched = fegetexcept() == wanted;
                        fedisableexcept(wanted);
                        return untouched;
                      });
  } else {
    test::expect(false, "a call raised SIGFPE", __FILE__, __LINE__);
    std::printf("in %s\n", current_call);
  }
  fedisableexcept(wanted);
  sigaction(SIGFPE, &before, nullptr);
}
#endif

}  // namespace

int main() {
  std::printf("%zu calls\n", usual_results().size());
  test::group("errno", error_number);
  test::group("locale", locale);
  test::group("rounding mode", rounding);
#if defined(__x86_64__) || defined(__aarch64__)
  test::group("flush to zero", flush_to_zero);
#endif
  test::group("status flags", status_flags);
#if defined(__GLIBC__)
  test::group("traps", traps);
#endif
  return test::finish();
}
