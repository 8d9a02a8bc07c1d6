# SPDX-License-Identifier: Apache-2.0
"""The compilers, and the commands that they are given."""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import RpeOpsError
from .target import CXX_FLAGS, CXX_STRICT_FLAGS, NVCC_FLAGS, NVCC_STRICT_FLAGS, SOURCES, Target

CPU_SOURCES = ("rpe_index_cpu.cpp",)
CUDA_CXX_SOURCES = ("rpe_index_cuda.cpp",)
KERNEL_SOURCES = ("rpe_index_kernels.cu",)


@dataclass(frozen=True)
class Cuda:
    """nvcc, and what lies beside it: headers, and the runtime library that PyTorch has loaded as well."""

    nvcc: Path
    include: Path
    runtime: Path


def find_cxx(asked: str | None) -> str:
    """The C++ compiler: the one asked for, $CXX, or g++."""
    name = asked or os.environ.get("CXX") or "g++"
    found = shutil.which(name)
    if found is None:
        raise RpeOpsError(f'No C++ compiler: "{name}" is not there. Debian and Ubuntu: apt-get install g++.')
    return found


def _nvcc_candidates(asked: str | None) -> Iterator[Path]:
    if asked:
        yield Path(asked)
        return
    if home := os.environ.get("CUDA_HOME"):
        yield Path(home) / "bin" / "nvcc"
    if on_path := shutil.which("nvcc"):
        yield Path(on_path)
    yield Path("/usr/local/cuda/bin/nvcc")
    for folder in (*site.getsitepackages(), site.getusersitepackages()):
        yield from sorted(Path(folder).glob("nvidia/cu*/bin/nvcc"))


def find_nvcc(asked: str | None) -> Path:
    """nvcc: the one asked for, of $CUDA_HOME, on PATH, of /usr/local/cuda, or of PyPI's nvidia-cuda-nvcc."""
    for candidate in _nvcc_candidates(asked):
        if os.access(candidate, os.X_OK):
            return candidate.resolve()
    raise RpeOpsError(
        f"{asked} cannot be executed."
        if asked
        else "No nvcc in $CUDA_HOME/bin, on PATH or in /usr/local/cuda/bin, and the PyPI package "
        "nvidia-cuda-nvcc is not installed. It must be of the same CUDA major version as PyTorch."
    )


def nvcc_version(nvcc: Path) -> str:
    """ "12.6" of what nvcc says about itself."""
    output = subprocess.run([nvcc, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"release (\d+\.\d+)", output.stdout)
    if output.returncode != 0 or found is None:
        raise RpeOpsError(f"{nvcc} --version failed:\n{(output.stdout + output.stderr).strip()}")
    return found.group(1)


def find_cuda(asked_nvcc: str | None, target: Target) -> Cuda:
    """The toolkit for a target; its major version must be PyTorch's, because both share one CUDA runtime."""
    nvcc = find_nvcc(asked_nvcc)
    version = nvcc_version(nvcc)
    wanted = target.cuda_version or ""
    if version.split(".")[0] != wanted.split(".")[0]:
        raise RpeOpsError(
            f"{nvcc} is of CUDA {version}, PyTorch {target.torch_version} of CUDA {wanted}; "
            "the major versions must be equal."
        )
    home = nvcc.parent.parent
    include = next(
        (
            folder
            for folder in (home / "include", home / f"targets/{target.machine}-linux/include")
            if folder.is_dir()
        ),
        home / "include",
    )
    return Cuda(nvcc=nvcc, include=include, runtime=_find_runtime(home, target))


def _find_runtime(home: Path, target: Target) -> Path:
    """libcudart as a file: PyPI's has no name without a version, so that `-lcudart` does not find it."""
    import torch

    major = (target.cuda_version or "").split(".")[0]
    packages = Path(torch.__file__).resolve().parent.parent
    folders = (
        home / "lib64",
        home / "lib",
        home / f"targets/{target.machine}-linux/lib",
        packages / f"nvidia/cu{major}/lib",
        packages / "nvidia/cuda_runtime/lib",
    )
    for folder in folders:
        for name in (f"libcudart.so.{major}", "libcudart.so"):
            if (folder / name).is_file():
                return folder / name
    raise RpeOpsError(f"No libcudart.so.{major} in {', '.join(map(str, folders))}.")


def torch_include_folders() -> list[Path]:
    """Of ATen, c10 and torch/library.h."""
    import torch

    return [Path(torch.__file__).resolve().parent / "include"]


def cxx_command(
    cxx: str, target: Target, cuda: Cuda | None, source: str, output: Path, strict: bool
) -> list[str]:
    """Compiles a C++ source; other people's headers are system headers, whose warnings are not ours."""
    folders = [*torch_include_folders(), *([cuda.include] if cuda else [])]
    return [
        cxx,
        *CXX_FLAGS,
        *(CXX_STRICT_FLAGS if strict else ()),
        f"-D_GLIBCXX_USE_CXX11_ABI={int(target.cxx11_abi)}",
        *(word for folder in folders for word in ("-isystem", str(folder))),
        "-c",
        str(SOURCES / source),
        "-o",
        str(output),
    ]


def nvcc_command(
    nvcc: Path, cxx: str, architectures: tuple[str, ...], source: str, output: Path, strict: bool
) -> list[str]:
    """Compiles the kernels into machine code of these architectures; needs no header of PyTorch."""
    names = [architecture.replace(".", "") for architecture in architectures]
    return [
        str(nvcc),
        *NVCC_FLAGS,
        *(NVCC_STRICT_FLAGS if strict else ()),
        "-ccbin",
        cxx,
        *(word for name in names for word in ("-gencode", f"arch=compute_{name},code=sm_{name}")),
        "-c",
        str(SOURCES / source),
        "-o",
        str(output),
    ]


def link_command(cxx: str, cuda: Cuda | None, objects: list[Path], output: Path) -> list[str]:
    """Links the library; `-z defs` finds a missing symbol here and not when a model loads it."""
    import torch

    return [
        cxx,
        "-shared",
        "-fopenmp",
        "-Wl,-z,defs",
        *map(str, objects),
        f"-L{Path(torch.__file__).resolve().parent / 'lib'}",
        "-ltorch_cpu",
        "-lc10",
        *(["-lc10_cuda", str(cuda.runtime)] if cuda else []),
        "-o",
        str(output),
    ]


def own_interpreter() -> str:
    """This Python, for what has to run in a process of its own."""
    return sys.executable
