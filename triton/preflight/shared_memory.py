"""Whether /dev/shm is large enough: Triton and its Python models exchange every tensor through it."""

from __future__ import annotations

import os
from pathlib import Path

from repository import ModelConfig

MIB = 1 << 20
# The least that a server of a few small Python models was seen to need, with room for one request too many.
LEAST_BYTES = 256 * MIB
# What a model's pool takes, compared with its tensors: measured 1.5 to 2.1 on batches of eight 640 x 640
# images. A pool grows and never shrinks, and an input and its output are in it at the same time.
POOL_FACTOR = 2


def needed_bytes(models: list[ModelConfig], gpus: int) -> int:
    """Bytes of shared memory that Python models need when all their instances work on full batches."""
    pools = 0
    for model in models:
        if model.is_python:
            instances = model.cpu_instances + model.gpu_instances * max(1, gpus)
            pools += POOL_FACTOR * model.tensor_bytes * max(1, model.max_batch_size) * instances
    return max(LEAST_BYTES, pools)


def shared_memory_problems(models: list[ModelConfig], gpus: int, folder: Path) -> list[str]:
    """One sentence when there is too little; Docker gives 64 MiB unless it is told otherwise."""
    try:
        state = os.statvfs(folder)
    except OSError as error:
        return [f"{folder} cannot be used: {error.strerror}"]
    free, size = state.f_bavail * state.f_frsize, state.f_blocks * state.f_frsize
    needed = needed_bytes(models, gpus)
    if free >= needed:
        return []
    wanted = -(-needed // (1024 * MIB))
    return [
        f"{folder} has {free // MIB} of {size // MIB} MiB free, the Python models need {-(-needed // MIB)}: "
        f"start the container with --shm-size {wanted}g (compose: shm_size: {wanted}g; "
        "Kubernetes: an emptyDir of medium Memory at /dev/shm)"
    ]
