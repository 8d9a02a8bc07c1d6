# SPDX-License-Identifier: Apache-2.0
"""Where built libraries are kept: one folder a key, in a folder that outlives the container."""

from __future__ import annotations

import os
from pathlib import Path

from .target import Target

LIBRARY_NAME = "librpe_ops.so"
DEFAULT_CACHE = "/var/cache/face_backend/rpe_ops"
CACHE_VARIABLE = "FACE_V3_RPE_OPS_CACHE"


def cache_folder(asked: str | None = None) -> Path:
    """The folder asked for, else that of the environment, else the one of the image."""
    return Path(asked or os.environ.get(CACHE_VARIABLE) or DEFAULT_CACHE).resolve()


def library_path(cache: Path, target: Target) -> Path:
    """Where the library of a target is, built or not."""
    return cache / target.key / LIBRARY_NAME
