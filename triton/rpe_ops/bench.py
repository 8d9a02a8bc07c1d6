# SPDX-License-Identifier: Apache-2.0
"""`python3 -m rpe_ops.bench`: the extension beside plain PyTorch, with times. Meant for a machine with a GPU.

Two rivals: torch.gather, and the flattened index that model code uses when it has no extension. Each is
first compared with the extension, then timed: rounds in which all take turns, of which the least time counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from .index import gather_index, load, rpe_index

# ViT of KP-RPE: 16 heads, 14 x 14 patches, 49 buckets; then a longer sequence, and one of odd length.
SHAPES = ((1, 16, 196, 49), (8, 16, 196, 49), (32, 16, 196, 49), (8, 16, 784, 49), (8, 12, 197, 50))
ROUNDS = 20


def flattened_index(values: torch.Tensor, flat: torch.Tensor) -> torch.Tensor:
    """values [B, H, L, buckets], flat int64 [L * L] = query * buckets + bucket -> [B, H, L, L]."""
    batch, heads, queries, _ = values.shape
    return values.flatten(2)[:, :, flat].view(batch, heads, queries, -1)


def seconds_of(call: Callable[[], object], device: torch.device) -> float:
    """One call, long enough to be measured: repeated until a millisecond has gone by at the least."""
    repeats = 1
    while True:
        if device.type == "cuda":
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            for _ in range(repeats):
                call()
            end.record()
            end.synchronize()
            seconds = float(begin.elapsed_time(end)) / 1000
        else:
            start = time.perf_counter()
            for _ in range(repeats):
                call()
            seconds = time.perf_counter() - start
        if seconds > 1e-3:
            return seconds / repeats
        repeats *= 2


def gradient_of(graph: torch.Tensor, leaf: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """The backward pass alone, of a graph that is kept."""
    return torch.autograd.grad(graph, leaf, gradient, retain_graph=True)[0]


def compare(shape: tuple[int, int, int, int], values_type: torch.dtype, device: torch.device) -> str:
    """One line of the table; AssertionError if the results differ."""
    batch, heads, length, buckets = shape
    # As the backbone has it: [B, L, H, buckets], transposed.
    values = torch.randn(batch, length, heads, buckets, device=device, dtype=values_type).transpose(1, 2)
    index = torch.randint(buckets, (length, length), device=device, dtype=torch.int32)
    flat = (index.long() + torch.arange(length, device=device).view(-1, 1) * buckets).flatten()
    rivals: dict[str, Callable[[], torch.Tensor]] = {
        "rpe_ops": lambda: rpe_index(values, index),
        "gather": lambda: gather_index(values, index),
        "flattened": lambda: flattened_index(values, flat),
    }
    results = [call() for call in rivals.values()]
    assert all(torch.equal(result, results[0]) for result in results), (
        f"forward differs: {shape}, {values_type}"
    )

    gradient = torch.randn_like(results[0])
    leaves = {name: values.detach().clone().requires_grad_() for name in ("rpe_ops", "gather")}
    graphs = {"rpe_ops": rpe_index(leaves["rpe_ops"], index), "gather": gather_index(leaves["gather"], index)}
    for name, graph in graphs.items():
        rivals[f"{name} backward"] = partial(gradient_of, graph, leaves[name], gradient)
    mine, theirs = rivals["rpe_ops backward"]().float(), rivals["gather backward"]().float()
    # gather adds up in the type itself: its rounding is what the tolerance is for.
    tolerance = length / 8 * torch.finfo(values_type).eps
    assert torch.allclose(mine, theirs, rtol=tolerance, atol=tolerance * 4), (
        f"gradient differs: {shape}, {values_type}"
    )

    least = dict.fromkeys(rivals, float("inf"))
    for _ in range(ROUNDS):
        for name, call in rivals.items():
            least[name] = min(least[name], seconds_of(call, device))
    moved = results[0].numel() * results[0].element_size() + values.numel() * values.element_size()
    times = "  ".join(f"{seconds * 1e6:10.1f}" for seconds in least.values())
    name = f"{'x'.join(map(str, shape))} {str(values_type).removeprefix('torch.')}"
    return f"{name:28}{times}  {moved / least['rpe_ops'] / 1e9:8.0f}"


def main(arguments: list[str]) -> int:
    """Prints a table in microseconds; the last column is what the extension moves, in GB/s."""
    parser = argparse.ArgumentParser(prog="python3 -m rpe_ops.bench", description=__doc__)
    parser.add_argument("--device", default="cuda", help="default cuda")
    parser.add_argument("--library", type=Path, help="default: of the cache")
    asked = parser.parse_args(arguments)
    device = torch.device(asked.device)
    load(asked.library)
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{where}, torch {torch.__version__}; microseconds, least of {ROUNDS} rounds")
    columns = ("rpe_ops", "gather", "flattened", "rpe_ops bw", "gather bw")
    print(f"{'B x H x L x buckets':28}" + "  ".join(f"{column:>10}" for column in columns) + "      GB/s")
    for values_type in (torch.float16, torch.bfloat16, torch.float32):
        for shape in SHAPES:
            print(compare(shape, values_type, device), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
