"""Where the picture lies in a letterbox, and how its pixels relate to those of the source image."""

from __future__ import annotations

import math
from typing import NamedTuple, Sequence

import numpy as np


class RefusedInput(ValueError):
    """A request that no picture can have led to. The text is for the client."""


class Geometry(NamedTuple):
    """The picture in the top left corner of a letterbox."""

    width: int
    height: int
    #: Source pixels per pixel of the picture.
    to_source_x: float
    to_source_y: float


def geometry_of(height: int, width: int, scale: Sequence[float], centre: Sequence[float]) -> Geometry:
    """
    :param height: of the letterbox, as width
    :param scale: resized / original, for x and y
    :param centre: of the original, (height / 2, width / 2) in its pixels
    :raises RefusedInput: when the picture that scale and centre speak of cannot be in this letterbox
    """
    source_width = 2 * centre[1]
    source_height = 2 * centre[0]
    picture_width = _scaled_side("width", source_width, scale[0], width)
    picture_height = _scaled_side("height", source_height, scale[1], height)
    return Geometry(
        picture_width, picture_height, source_width / picture_width, source_height / picture_height
    )


def geometries(images: np.ndarray, scales: np.ndarray, centres: np.ndarray) -> list[Geometry]:
    """
    :param images: uint8 [N, H, W, 3]
    :param scales: float32 [N, 2]
    :param centres: float32 [N, 2]
    :raises RefusedInput: as `geometry_of`, or when the images hold no pixels
    """
    count, height, width, _ = images.shape
    if height == 0 or width == 0:
        raise RefusedInput(f"input 'input_0' holds no pixels: {list(images.shape)}")
    if scales.shape != (count, 2) or centres.shape != (count, 2):
        raise RefusedInput(f"{count} images need as many scales and centres")
    pairs = zip(scales.tolist(), centres.tolist())
    return [geometry_of(height, width, scale, centre) for scale, centre in pairs]


def fitted(size: tuple[int, int], room: tuple[int, int], squash: bool) -> tuple[int, int]:
    """Width and height that a picture of `size` is scaled to in planes of `room`.

    :param squash: fill the room and distort, or keep the aspect
    """
    if squash:
        return room
    scale = min(room[0] / size[0], room[1] / size[1])
    return max(1, _round(size[0] * scale)), max(1, _round(size[1] * scale))


def _scaled_side(name: str, source: float, scale: float, available: int) -> int:
    side = source * scale
    # A client may round up where another rounds down: one pixel too many is no contradiction.
    if not (source > 0 and scale > 0 and side < available + 1):
        raise RefusedInput(
            f"scale {scale:g} and an original {name} of {source:g} do not fit an input {name} of {available}"
        )
    return min(max(_round(side), 1), available)


def _round(value: float) -> int:
    # Half up, as JavaScript rounds; Python's own rounding goes to the even neighbour.
    return math.floor(value + 0.5)
