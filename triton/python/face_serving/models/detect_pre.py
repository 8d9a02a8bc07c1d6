"""`detect_pre`: pictures to the planes of the detector."""

from __future__ import annotations

from typing import Mapping, Sequence

import numpy as np

from ..backend import Request, Response, answer_each, tensor
from ..detector import PlaneWriter
from ..letterbox import geometries
from ..native import PixelLibrary
from ..settings import DetectorSettings, Parameters


class TritonPythonModel:
    """From the inputs of `detection` to planes FP32 [N, 3, height, width] and geometry FP64 [N, 4]."""

    def initialize(self, args: Mapping[str, str]) -> None:
        self._writer = PlaneWriter(DetectorSettings.of(Parameters.of(args)), PixelLibrary())

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        return answer_each(requests, self._answer)

    def _answer(self, request: Request) -> dict[str, np.ndarray]:
        images = tensor(request, "input_0")
        found = geometries(images, tensor(request, "input_1"), tensor(request, "input_2"))
        planes = np.empty((len(images), *self._writer.shape), np.float32)
        for image, geometry, target in zip(images, found, planes):
            self._writer.write(image, geometry, target)
        return {"planes": planes, "geometry": np.array(found, np.float64)}
