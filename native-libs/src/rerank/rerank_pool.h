// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "work_pool.h"

/// What the interface calls a pool.
struct rerank_pool : face::WorkPool {};
