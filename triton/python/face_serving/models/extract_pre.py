"""`extract_pre`: aligned faces to the planes of the embedder, and of their mirror images."""

from __future__ import annotations

from typing import Mapping, Sequence

import numpy as np

from ..backend import Request, Response, answer_each, tensor
from ..embedder import FacePlaneWriter
from ..native import PixelLibrary
from ..settings import EmbedderSettings, Parameters


class TritonPythonModel:
    """From input_0 UINT8 [F, 112, 112, 3] to face and, if views are merged, mirror FP32 [F, 3, 112, 112]."""

    def initialize(self, args: Mapping[str, str]) -> None:
        settings = EmbedderSettings.of(Parameters.of(args))
        self._writer = FacePlaneWriter(settings, PixelLibrary())
        self._mirrors = settings.flip_merge != "none"

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        return answer_each(requests, self._answer)

    def _answer(self, request: Request) -> dict[str, np.ndarray]:
        faces = tensor(request, "input_0")
        planes = {"face": np.empty((len(faces), *self._writer.shape), np.float32)}
        for face, target in zip(faces, planes["face"]):
            self._writer.write_face(face, target)
        if self._mirrors:
            planes["mirror"] = np.empty_like(planes["face"])
            for face, target in zip(faces, planes["mirror"]):
                self._writer.write_mirror(face, target)
        return planes
