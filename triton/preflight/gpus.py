"""The GPUs that the container sees."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

# The answer takes a second or two where the driver has to wake the GPUs first.
TIMEOUT_SECONDS = 60


class GpuError(Exception):
    """No GPU can be used; the text says why and what to do."""


@dataclass(frozen=True)
class Gpu:
    """A GPU as nvidia-smi names it, with its compute capability, as "8.9"."""

    name: str
    compute_capability: str


def visible_gpus() -> list[Gpu]:
    """Asks nvidia-smi, which the NVIDIA Container Toolkit puts into a container. Raises GpuError."""
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise GpuError(
            "no GPU reaches this container (it has no nvidia-smi): start it with --gpus all, on a host with "
            "the NVIDIA Container Toolkit; in Kubernetes ask for nvidia.com/gpu"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise GpuError(
            f"nvidia-smi gave no answer in {TIMEOUT_SECONDS} s: the driver of the host hangs"
        ) from error
    lines = [line.split(", ") for line in answer.stdout.splitlines() if ", " in line]
    if answer.returncode != 0 or not lines:
        words = (answer.stdout + answer.stderr).strip() or "it lists none"
        raise GpuError(f"no GPU can be used: nvidia-smi says: {words}")
    return [Gpu(name=line[0].strip(), compute_capability=line[-1].strip()) for line in lines]
