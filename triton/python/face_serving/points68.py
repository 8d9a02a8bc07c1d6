"""Five points inside the box of a face, by a network that gives the 68 of the iBUG 300-W markup."""

from __future__ import annotations

from typing import Sequence

import numpy as np

from .native import GREY_SIDE, PixelLibrary

#: The network's input is grey / 256.
_DIVISOR = 256.0

#: Points of the markup that make each of the five, counted from 0: the lids of an eye, the tip of the nose,
#: outer and inner corner of the mouth.
_REDUCTION = ((37, 38, 40, 41), (43, 44, 46, 47), (30,), (48, 60), (54, 64))

#: [68, 5]: what each point of the markup adds to each of the five.
_WEIGHTS = np.zeros((68, 5))
for _point, _members in enumerate(_REDUCTION):
    _WEIGHTS[_members, _point] = 1 / len(_members)


def clip_box(box: Sequence[float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Cuts a box off at the borders of a picture of `size` (width, height); at least one pixel stays."""
    width, height = size
    left = min(max(box[0], 0.0), width - 1.0)
    top = min(max(box[1], 0.0), height - 1.0)
    return left, top, max(min(box[2], width), left + 1), max(min(box[3], height), top + 1)


def grey_crops(
    pixels: PixelLibrary, picture: np.ndarray, size: tuple[int, int], boxes: Sequence[Sequence[float]]
) -> np.ndarray:
    """
    :param picture: uint8 [H, W, 3] BGR, of which the top left `size` (width, height) counts
    :param boxes: F boxes inside of it, x1 y1 x2 y2
    :returns: float32 [F, 1, 64, 64]
    """
    crops = np.empty((len(boxes), 1, GREY_SIDE, GREY_SIDE), np.float32)
    for box, crop in zip(boxes, crops):
        pixels.grey_crop(picture, size, box, _DIVISOR, crop[0])
    return crops


def reduce_points(shares: np.ndarray, boxes: Sequence[Sequence[float]]) -> np.ndarray:
    """
    :param shares: float32 [F, 136], x y of 68 points as shares of the box
    :returns: float64 [F, 10], x y of five points in the pixels of the boxes
    """
    if len(boxes) == 0:
        return np.empty((0, 10))
    corners = np.asarray(boxes, np.float64)
    low, sides = corners[:, None, :2], corners[:, None, 2:] - corners[:, None, :2]
    means = np.einsum("fpa,pq->fqa", shares.reshape(-1, 68, 2).astype(np.float64), _WEIGHTS)
    return (low + means * sides).reshape(-1, 10)
