# SPDX-License-Identifier: Apache-2.0
"""`python3 -m rpe_ops.self_test LIBRARY DEVICE`: the library against plain PyTorch, quickly."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import torch

from .index import gather_index, load, rpe_index

# Planes that are and are not a multiple of a vector of 16 bytes; more buckets than keys, and fewer.
SHAPES = ((2, 3, 14, 14, 9), (1, 2, 5, 7, 3), (3, 1, 1, 1, 4))
TYPES = (torch.float32, torch.float16, torch.bfloat16)


def check(device: torch.device, values_type: torch.dtype, index_type: torch.dtype, shared: bool) -> None:
    """Forward exactly, gradient within the rounding of the type."""
    for batch, heads, queries, keys, buckets in SHAPES:
        values = torch.randn(batch, queries, heads, buckets).to(device, values_type).transpose(1, 2)
        shape = (queries, keys) if shared else (batch, queries, keys)
        index = torch.randint(buckets, shape).to(device, index_type)
        mine, theirs = (values.detach().clone().requires_grad_() for _ in range(2))
        result, expected = rpe_index(mine, index), gather_index(theirs, index)
        assert torch.equal(result, expected), (
            f"forward differs for {values_type}, {index_type}, shared {shared}"
        )
        gradient = torch.randn(result.shape).to(device, values_type)
        result.backward(gradient)
        expected.float().backward(gradient.float())
        assert mine.grad is not None and theirs.grad is not None
        error = (mine.grad.double() - theirs.grad.double()).abs().max().item()
        allowed = keys * 4 * torch.finfo(values_type).eps
        assert error <= allowed, (
            f"gradient differs by {error} for {values_type}, {index_type}, shared {shared}"
        )


def main(library: str, device: str) -> None:
    """Raises AssertionError with what differs."""
    torch.manual_seed(0)
    load(Path(library))
    devices = [torch.device("cpu")]
    if device == "cuda":
        devices += [torch.device("cuda", number) for number in range(torch.cuda.device_count())]
    for where in devices:
        for values_type, index_type, shared in itertools.product(
            TYPES, (torch.int32, torch.int64), (True, False)
        ):
            check(where, values_type, index_type, shared)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
