// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__clang__)
#define FACE_COMPILER_NAME "clang " __clang_version__
#else
#define FACE_COMPILER_NAME "gcc " __VERSION__
#endif
