/* SPDX-License-Identifier: Apache-2.0
 *
 * All libraries as a later release may be: another version of the interface. Used by the tests of the bindings,
 * which must refuse it before they call anything else. */

#include <stdint.h>

#if defined(__GNUC__)
#define EXPORTED __attribute__((visibility("default")))
#else
#define EXPORTED
#endif

EXPORTED uint32_t rerank_abi_version(void);
EXPORTED uint32_t merge_abi_version(void);
EXPORTED uint32_t pixels_abi_version(void);

uint32_t rerank_abi_version(void) { return 1000; }
uint32_t merge_abi_version(void) { return 1000; }
uint32_t pixels_abi_version(void) { return 1000; }
