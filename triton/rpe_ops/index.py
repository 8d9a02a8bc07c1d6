# SPDX-License-Identifier: Apache-2.0
"""The operation as a function of PyTorch, with its gradient."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import torch

from .cache import cache_folder, library_path
from .errors import RpeOpsError
from .target import make_target, visible_architectures

_loading = threading.Lock()
_loaded: Path | None = None


def load(library: Path | None = None) -> Path:
    """Loads the built library once in this process; `library` instead of the one in the cache, if given.

    Raises RpeOpsError when it has not been built for this machine's GPUs and this PyTorch.
    """
    global _loaded
    with _loading:
        if _loaded is not None:
            return _loaded
        path = library or library_path(cache_folder(), make_target(visible_architectures()))
        if not path.is_file():
            architecture = "auto" if visible_architectures() else "cpu"
            raise RpeOpsError(
                f"rpe_ops has not been built for this machine: there is no {path}. "
                f"Build it with `python3 -m rpe_ops build --arch {architecture}`."
            )
        torch.ops.load_library(str(path))
        _loaded = path
        return path


class _RpeIndex(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(index)
        ctx.buckets = values.shape[-1]
        return torch.ops.rpe_ops.index_forward(values, index)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        (index,) = ctx.saved_tensors
        return torch.ops.rpe_ops.index_backward(gradients[0], index, ctx.buckets), None


def gather_index(values: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """The same by plain PyTorch: the reference of the tests, and what runs where the extension is not wanted.

    values [B, H, queries, buckets], index [queries, keys] or [B, queries, keys] -> [B, H, queries, keys].
    """
    batch, heads, queries, _ = values.shape
    per_image = index if index.dim() == 3 else index.unsqueeze(0)
    wide = per_image.to(torch.int64).unsqueeze(1).expand(batch, heads, queries, index.shape[-1])
    return values.gather(3, wide)


def rpe_index(values: torch.Tensor, index: torch.Tensor, implementation: str = "extension") -> torch.Tensor:
    """out[b,h,i,j] = values[b,h,i,index[b,i,j]], differentiable in `values`.

    values: [B, H, queries, buckets], float16, bfloat16, float32 or float64, of any strides: a transposed view
        is read where it lies.
    index: [queries, keys], or [B, queries, keys] with one index an image; int32 or int64, in [0, buckets).
    implementation: `extension` (RpeOpsError when it is not built), or `gather`, taken only when asked for.

    Returns [B, H, queries, keys], contiguous. Raises TypeError or ValueError for tensors that do not go
    together, and IndexError for an index out of range on a CPU; on a GPU that is an assertion of the device,
    as in torch.gather.
    """
    if implementation == "gather":
        return gather_index(values, index)
    if implementation != "extension":
        raise ValueError(
            f'rpe_index: implementation must be "extension" or "gather", but is "{implementation}"'
        )
    if _loaded is None:
        load()
    if torch.is_grad_enabled() and values.requires_grad:
        return _RpeIndex.apply(values, index)
    return torch.ops.rpe_ops.index_forward(values, index)


__all__ = ["RpeOpsError", "gather_index", "load", "rpe_index"]
