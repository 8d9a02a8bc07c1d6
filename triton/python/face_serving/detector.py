"""The steps around a detector: from pictures to its planes, from its outputs to faces."""

from __future__ import annotations

from typing import Callable, NamedTuple, Sequence

import numpy as np

from .candidates import DETECTOR_RULES, Candidates, Heads, only_finite, suppress_overlaps
from .letterbox import Geometry, fitted
from .native import PixelLibrary
from .points68 import clip_box, grey_crops, reduce_points
from .settings import DetectorSettings

#: From grey crops float32 [F, 1, 64, 64] to float32 [F, 136].
LandmarkNetwork = Callable[[np.ndarray], np.ndarray]


class DetectedFaces(NamedTuple):
    """F faces of one picture, by falling score, in pixels of the source image, not clamped to it."""

    #: float32 [F, 5]: x1 y1 x2 y2 score.
    boxes: np.ndarray
    #: float32 [F, 10]: x y of the eye on the left of the picture, other eye, nose, mouth corners.
    landmarks: np.ndarray


def join_faces(found: Sequence[DetectedFaces]) -> dict[str, np.ndarray]:
    """Outputs of `detection`: output_0 [T, 5], output_1 [T, 10], output_2 int32 [N, 1], T its sum."""
    counts = np.array([[len(faces.boxes)] for faces in found], np.int32).reshape(-1, 1)
    return {
        "output_0": np.concatenate([faces.boxes for faces in found]),
        "output_1": np.concatenate([faces.landmarks for faces in found]),
        "output_2": counts,
    }


class PlaneWriter:
    """Makes pictures into the planes that a detector takes."""

    def __init__(self, settings: DetectorSettings, pixels: PixelLibrary) -> None:
        self._settings = settings
        self._pixels = pixels
        self._squash = DETECTOR_RULES[settings.kind].squash

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the planes of one picture."""
        width, height = self._settings.size
        return 3, height, width

    def write(self, image: np.ndarray, geometry: Geometry, planes: np.ndarray) -> None:
        """
        :param image: uint8 [H, W, 3] BGR: the picture in the top left corner
        :param planes: float32 [3, height, width], all of it is written
        """
        size = (geometry.width, geometry.height)
        fit = fitted(size, self._settings.size, self._squash)
        if fit != self._settings.size:
            planes.fill(self._settings.form.background)
        self._pixels.planes(image, size, fit, self._settings.form, planes)


class FaceReader:
    """Makes the outputs of a detector into faces."""

    def __init__(
        self, settings: DetectorSettings, pixels: PixelLibrary, landmarks: LandmarkNetwork | None
    ) -> None:
        """:param landmarks: None when the detector itself gives them"""
        self._settings = settings
        self._rules = DETECTOR_RULES[settings.kind]
        self._pixels = pixels
        self._landmarks = landmarks

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs that are read."""
        return self._rules.outputs

    def read(self, heads: Heads, geometry: Geometry, image: np.ndarray | None) -> DetectedFaces:
        """
        :param heads: outputs for one picture, float32 [rows, columns] each
        :param image: uint8 [H, W, 3] BGR; only a landmark network needs it
        """
        settings = self._settings
        candidates = only_finite(self._rules.decode(heads, settings.size, settings.score_threshold))
        faces = suppress_overlaps(candidates, settings.nms_threshold)
        size = (geometry.width, geometry.height)
        fit = fitted(size, settings.size, self._rules.squash)
        boxes = faces.boxes * np.tile((size[0] / fit[0], size[1] / fit[1]), 2)
        if self._landmarks is None:
            points = faces.points * np.tile((size[0] / fit[0], size[1] / fit[1]), 5)
        else:
            points = self._find_points(boxes, size, image)
        return _in_source_pixels(boxes, faces, points, geometry)

    def _find_points(self, boxes: np.ndarray, size: tuple[int, int], image: np.ndarray | None) -> np.ndarray:
        if image is None or self._landmarks is None:
            raise ValueError("landmarks are found in the picture, which is missing")
        inside = [clip_box(box, size) for box in boxes.tolist()]
        if not inside:
            return np.empty((0, 10))
        return reduce_points(self._landmarks(grey_crops(self._pixels, image, size, inside)), inside)


def _in_source_pixels(
    boxes: np.ndarray, faces: Candidates, points: np.ndarray, geometry: Geometry
) -> DetectedFaces:
    to_source = (geometry.to_source_x, geometry.to_source_y)
    rows = np.empty((len(boxes), 5), np.float32)
    rows[:, :4] = boxes * np.tile(to_source, 2)
    rows[:, 4] = faces.scores
    return DetectedFaces(rows, (points * np.tile(to_source, 5)).astype(np.float32))
