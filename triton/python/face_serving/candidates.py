"""Faces as the heads of a detector report them, and which of them stay."""

from __future__ import annotations

from typing import Callable, Mapping, NamedTuple

import numpy as np

Heads = Mapping[str, np.ndarray]

#: The three grids of YuNet and SCRFD.
GRID_STRIDES = (8, 16, 32)

_SCRFD_ANCHORS_PER_CELL = 2


class Candidates(NamedTuple):
    """C faces, coordinates in pixels of the planes that the network was fed."""

    #: float64 [C, 4]: x1 y1 x2 y2.
    boxes: np.ndarray
    #: float64 [C], 0..1.
    scores: np.ndarray
    #: float64 [C, 10], x y of five points; [C, 0] when the detector gives none.
    points: np.ndarray

    def take(self, chosen: np.ndarray) -> Candidates:
        """:param chosen: positions or a mask"""
        return Candidates(self.boxes[chosen], self.scores[chosen], self.points[chosen])


class DetectorRules(NamedTuple):
    """What sets one family of detectors apart."""

    #: Fill the planes and distort, instead of keeping the aspect.
    squash: bool
    #: Names of the outputs that are read.
    outputs: tuple[str, ...]
    #: From the outputs for one picture, [rows, columns] each, to candidates with a score above the threshold.
    decode: Callable[[Heads, tuple[int, int], float], Candidates]


def decode_scrfd(heads: Heads, size: tuple[int, int], threshold: float) -> Candidates:
    """SCRFD with landmarks (InsightFace).

    Two rows a cell; boxes are distances from the cell's top left corner, in strides.

    :param heads: score_8 [rows, 1], bbox_8 [rows, 4], kps_8 [rows, 10] and so on for 16 and 32
    :param size: width and height of the planes
    """
    found: list[Candidates] = []
    for stride in GRID_STRIDES:
        scores = _column(heads[f"score_{stride}"])
        rows = np.flatnonzero(scores > threshold)
        corner = _corners(rows // _SCRFD_ANCHORS_PER_CELL, size[0], stride)
        distances = _picked(heads[f"bbox_{stride}"], rows) * stride
        boxes = np.concatenate((corner - distances[:, :2], corner + distances[:, 2:]), axis=1)
        found.append(Candidates(boxes, scores[rows], _grid_points(heads, rows, corner, stride)))
    return _joined(found)


def decode_yunet(heads: Heads, size: tuple[int, int], threshold: float) -> Candidates:
    """YuNet (libfacedetection.train, 2023).

    One row a cell; boxes are offset and exponent from the cell's top left corner.

    :param heads: cls_8 and obj_8 [rows, 1], bbox_8 [rows, 4], kps_8 [rows, 10] and so on for 16 and 32
    :param size: width and height of the planes
    """
    found: list[Candidates] = []
    for stride in GRID_STRIDES:
        classes = np.clip(_column(heads[f"cls_{stride}"]), 0.0, 1.0)
        objects = np.clip(_column(heads[f"obj_{stride}"]), 0.0, 1.0)
        scores = np.sqrt(classes * objects)
        rows = np.flatnonzero(scores > threshold)
        corner = _corners(rows, size[0], stride)
        offsets = _picked(heads[f"bbox_{stride}"], rows)
        centre = corner + offsets[:, :2] * stride
        # What overflows is not finite and goes with all that is not.
        with np.errstate(over="ignore"):
            half = np.exp(offsets[:, 2:]) * stride / 2
        boxes = np.concatenate((centre - half, centre + half), axis=1)
        found.append(Candidates(boxes, scores[rows], _grid_points(heads, rows, corner, stride)))
    return _joined(found)


def decode_rfb(heads: Heads, size: tuple[int, int], threshold: float) -> Candidates:
    """Ultra-Light-Fast-Generic-Face-Detector (RFB).

    Boxes are decoded inside the network, as shares of the sides; there are no points.

    :param heads: scores [rows, 2] (background, face), boxes [rows, 4]
    :param size: width and height of the planes
    """
    scores = heads["scores"][:, 1].astype(np.float64)
    rows = np.flatnonzero(scores > threshold)
    boxes = _picked(heads["boxes"], rows) * (size[0], size[1], size[0], size[1])
    return Candidates(boxes, scores[rows], np.empty((len(rows), 0)))


def _grid_outputs(*columns: str) -> tuple[str, ...]:
    return tuple(f"{column}_{stride}" for stride in GRID_STRIDES for column in columns)


#: A new family of detectors is a function and a line here.
DETECTOR_RULES: dict[str, DetectorRules] = {
    "scrfd": DetectorRules(False, _grid_outputs("score", "bbox", "kps"), decode_scrfd),
    "yunet": DetectorRules(False, _grid_outputs("cls", "obj", "bbox", "kps"), decode_yunet),
    "rfb": DetectorRules(True, ("scores", "boxes"), decode_rfb),
}


def only_finite(candidates: Candidates) -> Candidates:
    """Without those of which a coordinate is no number."""
    finite = np.isfinite(candidates.boxes).all(axis=1) & np.isfinite(candidates.points).all(axis=1)
    return candidates if finite.all() else candidates.take(finite)


def suppress_overlaps(candidates: Candidates, limit: float) -> Candidates:
    """Greedy non-maximum suppression.

    :param limit: intersection over union above which the weaker of two boxes goes
    :returns: what stays, by falling score (equal scores in their given order)
    """
    order = np.argsort(-candidates.scores, kind="stable")
    boxes = candidates.boxes[order]
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    rest = np.arange(len(order))
    while len(rest) > 0:
        best = rest[0]
        rest = rest[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        sides = high - low
        shared = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0.0)
        union = areas[best] + areas[rest] - shared
        # Boxes that share nothing never suppress each other, however small they are.
        overlap = np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)
        rest = rest[overlap <= limit]
    return candidates.take(order[kept])


def _column(head: np.ndarray) -> np.ndarray:
    # In double precision a threshold such as .6 is the same number for every caller.
    return head.reshape(-1).astype(np.float64)


def _picked(head: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return head[rows].astype(np.float64)


def _corners(cells: np.ndarray, width: int, stride: int) -> np.ndarray:
    """Top left corners [C, 2] of cells, which count row by row."""
    columns = width // stride
    return np.stack((cells % columns, cells // columns), axis=1) * float(stride)


def _grid_points(heads: Heads, rows: np.ndarray, corner: np.ndarray, stride: int) -> np.ndarray:
    return np.tile(corner, 5) + _picked(heads[f"kps_{stride}"], rows) * stride


def _joined(parts: list[Candidates]) -> Candidates:
    return Candidates(*(np.concatenate(fields) for fields in zip(*parts)))
