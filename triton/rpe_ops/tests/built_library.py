# SPDX-License-Identifier: Apache-2.0
"""The library for the CPU, compiled once for all tests that load it."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

from ..build import BuildOptions, build
from ..target import make_target

# Set by who runs the tests more than once and does not want to compile each time.
CACHE_VARIABLE = "RPE_OPS_TEST_CACHE"


@cache
def built_library() -> Path:
    """Path of the library; compiled with warnings as errors."""
    folder = Path(os.environ.get(CACHE_VARIABLE) or tempfile.mkdtemp(prefix="rpe-ops-"))
    return build(make_target(()), folder, BuildOptions(strict=True))
