"""`extraction` as one model: aligned faces to embeddings, with the network in onnxruntime."""

from __future__ import annotations

from typing import Callable, Mapping, Sequence

import numpy as np

from ..backend import Request, Response, answer_each, tensor, version_folder
from ..embedder import FacePlaneWriter
from ..native import MergeLibrary, PixelLibrary
from ..onnx import OnnxNetwork
from ..settings import EmbedderSettings, Parameters


class TritonPythonModel:
    """From input_0 UINT8 [F, 112, 112, 3] to output_0 FP32 [F, D]."""

    def initialize(self, args: Mapping[str, str]) -> None:
        parameters = Parameters.of(args)
        settings = EmbedderSettings.of(parameters)
        self._writer = FacePlaneWriter(settings, PixelLibrary())
        self._network = OnnxNetwork(version_folder(args) / parameters.text("embedder_file"), ["output"])
        self._network.warm_up()
        self._mode = settings.flip_merge
        self._library = None if self._mode == "none" else MergeLibrary()
        self._planes = np.empty((1, *self._writer.shape), np.float32)

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        return answer_each(requests, self._answer)

    def _answer(self, request: Request) -> dict[str, np.ndarray]:
        faces = tensor(request, "input_0")
        views = np.concatenate([self._embed(face, self._writer.write_face) for face in faces])
        if self._library is None:
            return {"output_0": views}
        mirrored = np.concatenate([self._embed(face, self._writer.write_mirror) for face in faces])
        return {"output_0": self._library.flip(self._mode, views, mirrored)}

    def _embed(self, face: np.ndarray, write: Callable[[np.ndarray, np.ndarray], None]) -> np.ndarray:
        # One face at a time: on a CPU a batch is no faster.
        write(face, self._planes[0])
        return self._network.run(self._planes)["output"]
