"""`detect_post`: outputs of the detector to faces."""

from __future__ import annotations

from typing import Mapping, Sequence

import numpy as np

from ..backend import Request, Response, answer_each, call_model, tensor
from ..detector import FaceReader, LandmarkNetwork, join_faces
from ..letterbox import Geometry
from ..native import PixelLibrary
from ..settings import DetectorSettings, Parameters


class TritonPythonModel:
    """From heads FP32 [N, rows, columns] and geometry FP64 [N, 4] to the outputs of `detection`.

    With a landmark network also from input_0 UINT8 [N, H, W, 3], the pictures.
    """

    def initialize(self, args: Mapping[str, str]) -> None:
        parameters = Parameters.of(args)
        settings = DetectorSettings.of(parameters)
        self._sees_pictures = settings.points68
        self._reader = FaceReader(settings, PixelLibrary(), _landmark_network(parameters, settings))

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        return answer_each(requests, self._answer)

    def _answer(self, request: Request) -> dict[str, np.ndarray]:
        heads = {name: tensor(request, name) for name in self._reader.outputs}
        images = tensor(request, "input_0") if self._sees_pictures else None
        found = []
        for item, (width, height, x, y) in enumerate(tensor(request, "geometry").tolist()):
            geometry = Geometry(int(width), int(height), x, y)
            image = None if images is None else images[item]
            found.append(
                self._reader.read({name: head[item] for name, head in heads.items()}, geometry, image)
            )
        return join_faces(found)


def _landmark_network(parameters: Parameters, settings: DetectorSettings) -> LandmarkNetwork | None:
    if not settings.points68:
        return None
    model = parameters.text("landmark_model")
    most = parameters.whole("landmark_batch")
    names = parameters.text("landmark_input"), parameters.text("landmark_output")

    def find(crops: np.ndarray) -> np.ndarray:
        parts = [crops[start : start + most] for start in range(0, len(crops), most)]
        return np.concatenate([call_model(model, names[0], part, names[1]) for part in parts])

    return find
