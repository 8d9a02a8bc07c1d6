"""`detection` as one model: pictures to faces, with the networks in onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from ..backend import Request, Response, answer_each, tensor, version_folder
from ..detector import DetectedFaces, FaceReader, LandmarkNetwork, PlaneWriter, join_faces
from ..letterbox import Geometry, geometries
from ..native import PixelLibrary
from ..onnx import OnnxNetwork
from ..settings import DetectorSettings, Parameters


class TritonPythonModel:
    """From input_0 UINT8 [N, H, W, 3], input_1 and input_2 FP32 [N, 2] to T faces of all pictures.

    output_0 FP32 [T, 5], output_1 FP32 [T, 10], output_2 INT32 [N, 1].
    """

    def initialize(self, args: Mapping[str, str]) -> None:
        parameters = Parameters.of(args)
        folder = version_folder(args)
        settings = DetectorSettings.of(parameters)
        pixels = PixelLibrary()
        self._writer = PlaneWriter(settings, pixels)
        self._reader = FaceReader(settings, pixels, _landmark_network(parameters, folder, settings))
        self._network = OnnxNetwork(folder / parameters.text("detector_file"), self._reader.outputs)
        self._network.warm_up()
        self._planes = np.empty((1, *self._writer.shape), np.float32)

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        return answer_each(requests, self._answer)

    def _answer(self, request: Request) -> dict[str, np.ndarray]:
        images = tensor(request, "input_0")
        found = geometries(images, tensor(request, "input_1"), tensor(request, "input_2"))
        return join_faces([self._find(image, geometry) for image, geometry in zip(images, found)])

    def _find(self, image: np.ndarray, geometry: Geometry) -> DetectedFaces:
        # One picture at a time: on a CPU a batch is no faster, and some networks take no more.
        self._writer.write(image, geometry, self._planes[0])
        heads = self._network.run(self._planes)
        return self._reader.read({name: head[0] for name, head in heads.items()}, geometry, image)


def _landmark_network(
    parameters: Parameters, folder: Path, settings: DetectorSettings
) -> LandmarkNetwork | None:
    if not settings.points68:
        return None
    network = OnnxNetwork(folder / parameters.text("landmark_file"), ["output"])
    network.warm_up()
    return lambda crops: np.concatenate([network.run(crop[None])["output"] for crop in crops])
