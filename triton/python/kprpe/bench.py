# SPDX-License-Identifier: Apache-2.0
"""`python3 -m kprpe.bench`: faces a second with rpe_ops and with torch.gather, random weights. For a GPU.

The triton folder must be on PYTHONPATH, rpe_ops built. Both take turns; the least time of the rounds counts.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

import torch
from rpe_ops.bench import seconds_of
from rpe_ops.index import rpe_index

from .backbone import KeypointTransformer
from .structure import read_structure

BATCHES = (1, 8, 32)
ROUNDS = 10
PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def main(arguments: list[str]) -> int:
    """Prints a line a batch; AssertionError when the two do not give the same embeddings."""
    parser = argparse.ArgumentParser(prog="python3 -m kprpe.bench", description=__doc__)
    parser.add_argument("--device", default="cuda", help="default cuda")
    parser.add_argument("--structure", default="base", help="base (default), small, or JSON")
    parser.add_argument("--precision", default="fp16", choices=PRECISIONS, help="default fp16")
    asked = parser.parse_args(arguments)
    structure, device = read_structure(asked.structure, Path()), torch.device(asked.device)
    networks = []
    for implementation in ("extension", "gather"):
        torch.manual_seed(0)
        network = KeypointTransformer(structure, partial(rpe_index, implementation=implementation)).eval()
        networks.append(network.set_precision(PRECISIONS[asked.precision]).to(device))
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{where}, torch {torch.__version__}, {asked.structure}, {asked.precision}; faces a second")
    print("batch   rpe_ops    gather")
    with torch.inference_mode():
        for batch in BATCHES:
            planes = torch.rand(batch, 3, structure.img_size, structure.img_size, device=device) * 2 - 1
            keypoints = torch.rand(batch, 5, 2, device=device)
            calls = [partial(network, planes, keypoints) for network in networks]
            torch.testing.assert_close(calls[0](), calls[1]())
            least = [float("inf")] * len(calls)
            for _ in range(ROUNDS):
                least = [
                    min(before, seconds_of(call, device)) for before, call in zip(least, calls, strict=True)
                ]
            print(f"{batch:5}" + "".join(f"{batch / seconds:10.1f}" for seconds in least), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
