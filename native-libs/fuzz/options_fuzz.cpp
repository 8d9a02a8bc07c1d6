// SPDX-License-Identifier: Apache-2.0
//
// Option structs of callers that were compiled with another version of a header, or that are plain garbage.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "face_pixels.h"
#include "forced_level.h"
#include "fuzz_call.h"
#include "fuzz_input.h"
#include "merge_embeddings.h"
#include "rerank_compute.h"

namespace {

using fuzz::FuzzInput;

/// A pointer has to be null or good, whatever else is garbage.
void keep_pointers(rerank_options *options, std::size_t told) {
  const std::size_t first = offsetof(rerank_options, workspace);
  auto *bytes = reinterpret_cast<std::uint8_t *>(options);
  if (told > first) std::fill_n(bytes + first, std::min(told, sizeof *options) - first, std::uint8_t{0});
}
void keep_pointers(merge_options *, std::size_t) {}
void keep_pointers(pixels_plane_options *, std::size_t) {}

/// Takes the defaults into memory of some size and spoils some bytes of them.
/// @param use called with the struct; returns a status.
template <class Options, class Init, class Use>
void run(FuzzInput &input, const Init &init, const Use &use) {
  const std::size_t told = input.flip() ? sizeof(Options)
                                        : input.pick<std::size_t>({sizeof(Options) + input.byte(), input.byte(),
                                                                   4096, 4097, std::size_t{1} << 32, SIZE_MAX});
  // What is told is what is there, or the call is refused before anything is written.
  const std::size_t room = std::max(told <= 4096 ? told : 0, sizeof(std::uint32_t));
  std::vector<std::uint64_t> words(room / 8 + 1, 0xa5a5a5a5a5a5a5a5);
  auto *bytes = reinterpret_cast<std::uint8_t *>(words.data());
  auto *options = reinterpret_cast<Options *>(bytes);
  const int status = init(options, told);
  REQUIRE(status == 0 || status == RERANK_UNSUPPORTED_OPTIONS);
  if (status != 0) return;
  REQUIRE(options->struct_size == told);
  for (std::size_t i = told; i < words.size() * 8; ++i) REQUIRE(bytes[i] == 0xa5);
  for (std::uint8_t changes = input.byte() % 4; changes > 0; --changes) {
    bytes[input.below(static_cast<std::uint32_t>(told))] = input.byte();
  }
  keep_pointers(options, told);
  // More than there is must not be claimed.
  options->struct_size = std::min(options->struct_size, static_cast<std::uint32_t>(told));
  const int used = fuzz::call_in_any_environment(input, [&] { return use(options); });
  REQUIRE(used >= 0 && used <= 17);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  FuzzInput input(data, size);
  static const std::vector<double> numbers(2 * RERANK_MAX_DIMENSION, 0.5);
  static std::vector<double> results(3 * 16 * 16);
  for (const int status : {static_cast<int>(input.raw<std::uint8_t>()), input.raw<int>()}) {
    REQUIRE(rerank_status_text(status)[0] != 0 && merge_status_text(status)[0] != 0 &&
            pixels_status_text(status)[0] != 0);
  }
  // One row only: then no stride leads beyond it.
  switch (input.below(3)) {
    default:
      run<rerank_options>(input, rerank_options_init, [](rerank_options *options) {
        double score = 0;
        std::uint64_t needed = 0;
        const int measured = rerank_workspace_bytes(options, 1, 1, &needed);
        const int scored =
            rerank_scores(options, numbers.data(), numbers.data(), 1, nullptr, &score, nullptr, nullptr);
        // As single precision numbers half of them are 0.
        REQUIRE(measured == scored || scored == RERANK_ZERO_QUERY);
        return scored;
      });
      break;
    case 1:
      run<merge_options>(input, merge_options_init, [](merge_options *options) {
        static double merged[MERGE_MAX_DIMENSION];
        return merge_embeddings(options, numbers.data(), 1, merged, nullptr, nullptr, nullptr);
      });
      break;
    case 2:
      run<pixels_plane_options>(input, pixels_plane_options_init, [](pixels_plane_options *options) {
        const auto *bgr = reinterpret_cast<const std::uint8_t *>(numbers.data());
        auto *planes = reinterpret_cast<float *>(results.data());
        return pixels_planes(options, bgr, 9, 9, 27, 16, 16, planes, 16, 16);
      });
      break;
  }
  return 0;
}
