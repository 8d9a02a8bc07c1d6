# SPDX-License-Identifier: Apache-2.0
"""Where patches are, to each other and to the keypoints of a face."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

#: From rows and columns between two patches to the distance that falls into a bucket.
DISTANCES: dict[str, tuple[Callable[[int, int], float], ...]] = {
    "euc": (lambda rows, columns: round(math.sqrt(rows * rows + columns * columns)),),
    "quant": (lambda rows, columns: rows * rows + columns * columns,),
    "product": (lambda rows, _: rows, lambda _, columns: columns),
    "cross": (lambda rows, _: rows, lambda _, columns: columns),
}


def piecewise_index(distance: float, ratio: float) -> int:
    """A whole number that follows small distances exactly and large ones by their logarithm.

    Wu et al., "Rethinking and Improving Relative Position Encoding for Vision Transformer", ICCV 2021,
    equation 18, with alpha = ratio, beta = 2 ratio, gamma = 8 ratio. Returns -int(beta) .. int(beta).
    """
    alpha, beta, gamma = ratio, 2 * ratio, 8 * ratio
    size = abs(distance)
    if size <= alpha:
        return round(distance)
    grown = round(alpha + math.log(size / alpha) / math.log(gamma / alpha) * (beta - alpha))
    return int(math.copysign(min(grown, beta), distance))


def count_buckets(method: str, ratio: float) -> int:
    """Buckets of one index: distances on both axes together for `product`, of one number for the others."""
    span = 2 * int(2 * ratio) + 1
    return span * span if method == "product" else span


def bucket_indices(method: str, ratio: float, side: int) -> list[torch.Tensor]:
    """The bucket of each pair of patches of a square of `side` x `side`, row by row.

    Returns indices int32 [side * side, side * side] (from, to), each in [0, count_buckets): two for `cross`,
    whose encodings are added up; one for the others.
    """
    span, middle = 2 * int(2 * ratio) + 1, int(2 * ratio)
    steps = range(-(side - 1), side)

    def table(of: Callable[[int, int], float]) -> torch.Tensor:
        rows = [[piecewise_index(of(row, column), ratio) + middle for column in steps] for row in steps]
        return torch.tensor(rows, dtype=torch.int32)

    tables = [table(of) for of in DISTANCES[method]]
    if method == "product":
        tables = [tables[0] * span + tables[1]]
    place = torch.arange(side * side)
    row_steps = (place // side).view(-1, 1) - (place // side).view(1, -1) + side - 1
    column_steps = (place % side).view(-1, 1) - (place % side).view(1, -1) + side - 1
    return [each[row_steps, column_steps].contiguous() for each in tables]


def relative_keypoints(keypoints: torch.Tensor, side: int) -> torch.Tensor:
    """From the centre of each patch, how far it is from each keypoint.

    keypoints: [B, K, 2], x and y as shares of the crop's width and height, 0..1.
    Returns [B, side * side, 2 K]: x and y of the patch's centre less those of the keypoint.
    """
    centres = (torch.arange(side, dtype=keypoints.dtype, device=keypoints.device) + 0.5) / side
    rows, columns = centres.repeat_interleave(side), centres.repeat(side)
    grid = torch.stack([columns, rows], dim=-1)
    return (grid.view(1, -1, 1, 2) - keypoints.unsqueeze(1)).flatten(2)
