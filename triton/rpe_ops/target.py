# SPDX-License-Identifier: Apache-2.0
"""What a library is built for, and the name under which it is kept."""

from __future__ import annotations

import hashlib
import platform
import re
from dataclasses import dataclass
from pathlib import Path

from .errors import RpeOpsError

SOURCES = Path(__file__).resolve().parent / "csrc"

# Of every compilation; part of the cache key, as the sources are.
CXX_FLAGS = ("-std=c++20", "-O3", "-fPIC", "-fopenmp", "-fvisibility=hidden", "-Wall", "-Wextra")
CXX_STRICT_FLAGS = ("-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
NVCC_FLAGS = ("-std=c++17", "-O3", "-Xcompiler", "-fPIC,-fvisibility=hidden,-Wall,-Wextra")
NVCC_STRICT_FLAGS = ("-Werror", "all-warnings", "-Xcompiler", "-Wconversion,-Wshadow,-Werror")


@dataclass(frozen=True)
class Target:
    """Everything outside the sources on which the machine code depends.

    architectures: compute capabilities such as "9.0", sorted; empty for the CPU path alone.
    cuda_version: of PyTorch ("12.6"); None when it was built without.
    """

    architectures: tuple[str, ...]
    torch_version: str
    cuda_version: str | None
    cxx11_abi: bool
    machine: str

    @property
    def key(self) -> str:
        """Name of the cache folder; readable, because it appears in messages."""
        processors = "+".join(f"sm{arch.replace('.', '')}" for arch in self.architectures) or "cpu"
        cuda = self.cuda_version if self.architectures else "none"
        version = re.sub(r"[^\w.+]", "_", self.torch_version)
        return (
            f"{self.machine}-{processors}-torch{version}-cuda{cuda}-abi{int(self.cxx11_abi)}-{source_hash()}"
        )


def source_hash() -> str:
    """16 hexadecimal digits over names and contents of the sources and over the flags."""
    digest = hashlib.sha256(repr((CXX_FLAGS, NVCC_FLAGS)).encode())
    for source in sorted(SOURCES.iterdir()):
        if source.suffix in {".cpp", ".cu", ".h"}:
            digest.update(f"\0{source.name}\0".encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def visible_architectures() -> tuple[str, ...]:
    """Compute capabilities of the GPUs that PyTorch sees, sorted, each once; empty without a GPU."""
    import torch

    if not torch.cuda.is_available():
        return ()
    capabilities = {torch.cuda.get_device_capability(device) for device in range(torch.cuda.device_count())}
    return tuple(f"{major}.{minor}" for major, minor in sorted(capabilities))


def make_target(architectures: tuple[str, ...]) -> Target:
    """The target for these architectures and the PyTorch of this interpreter."""
    import torch

    if architectures and torch.version.cuda is None:
        raise RpeOpsError(f"PyTorch {torch.__version__} was built without CUDA; it cannot use a GPU.")
    return Target(
        architectures=architectures,
        torch_version=torch.__version__,
        cuda_version=torch.version.cuda,
        cxx11_abi=bool(torch._C._GLIBCXX_USE_CXX11_ABI),
        machine=platform.machine(),
    )


def parse_architectures(text: str) -> tuple[str, ...]:
    """`auto`, `cpu`, or compute capabilities ("8.0,9.0"), as a tuple of capabilities."""
    if text == "cpu":
        return ()
    if text == "auto":
        found = visible_architectures()
        if not found:
            raise RpeOpsError(
                "No GPU is visible. In a container: is it started with --gpus, and is the NVIDIA Container "
                "Toolkit installed? `--arch cpu` builds the CPU path alone."
            )
        return found
    parts = tuple(part.strip() for part in text.split(","))
    for part in parts:
        if not re.fullmatch(r"\d{1,2}\.\d", part):
            raise RpeOpsError(f'"{part}" is no compute capability; one looks like 9.0.')
    return tuple(sorted(set(parts), key=lambda part: tuple(map(int, part.split(".")))))
