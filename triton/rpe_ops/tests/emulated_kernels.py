# SPDX-License-Identifier: Apache-2.0
"""The CUDA source as C++ that runs on a CPU: a launch becomes a call of kernel_emulation.h."""

from __future__ import annotations

import re
from pathlib import Path

from ..target import SOURCES

# name<template arguments>\n <<<grid, block, shared, stream>>>(arguments);
LAUNCH = re.compile(
    r"(?P<kernel>\w+)(?P<types><[\w, ]+>)\s*<<<(?P<shape>.*?)>>>\((?P<arguments>.*?)\);", re.DOTALL
)
# Whose threads meet at __syncwarp, and whose do not.
LAUNCHERS = {"forward_kernel": "launch_threads", "backward_kernel": "launch_warps"}
SHARED = "extern __shared__ double shared_sums[];"


def _emulated_launch(launch: re.Match[str]) -> str:
    kernel, call = launch["kernel"], f"{launch['kernel']}{launch['types']}({launch['arguments']})"
    return f"emulation::{LAUNCHERS[kernel]}({launch['shape']}, [&] {{ {call}; }});"


def write_emulated_kernels(folder: Path) -> None:
    """Writes kernels_on_cpu.h into a folder."""
    source = (SOURCES / "rpe_index_kernels.cu").read_text()
    source, launches = LAUNCH.subn(_emulated_launch, source)
    if launches != len(LAUNCHERS) or "<<<" in source or SHARED not in source:
        raise AssertionError("the kernels no longer have the shape that the emulation expects")
    source = source.replace(SHARED, "double *shared_sums = emulation::shared.data();")
    source = re.sub(r"#include <cuda_\w+\.h>\n", "", source)
    interface = (SOURCES / "rpe_index_kernels.h").read_text()
    interface = interface.replace("#pragma once", "").replace("#include <cuda_runtime_api.h>", "")
    source = source.replace('#include "rpe_index_kernels.h"', interface)
    (folder / "kernels_on_cpu.h").write_text('#pragma once\n#include "kernel_emulation.h"\n' + source)
