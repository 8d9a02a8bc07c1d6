"""The step before an embedder: from aligned faces to its planes."""

from __future__ import annotations

import numpy as np

from .native import FACE_SIDE, PixelLibrary, PlaneFormat
from .settings import EmbedderSettings

_SIZE = (FACE_SIDE, FACE_SIDE)


class FacePlaneWriter:
    """Makes aligned faces into the planes that an embedder takes."""

    #: Of the planes of one face.
    shape: tuple[int, int, int] = (3, FACE_SIDE, FACE_SIDE)

    def __init__(self, settings: EmbedderSettings, pixels: PixelLibrary) -> None:
        self._settings = settings
        self._pixels = pixels

    def write_face(self, face: np.ndarray, planes: np.ndarray) -> None:
        """
        :param face: uint8 [112, 112, 3] BGR
        :param planes: float32 [3, 112, 112], all of it is written
        """
        self._write(face, self._settings.face, planes)

    def write_mirror(self, face: np.ndarray, planes: np.ndarray) -> None:
        """As `write_face`, left and right exchanged."""
        self._write(face, self._settings.mirror, planes)

    def _write(self, face: np.ndarray, form: PlaneFormat, planes: np.ndarray) -> None:
        self._pixels.planes(face, _SIZE, _SIZE, form, planes)
