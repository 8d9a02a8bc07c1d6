"""`extract_post`: the embeddings of faces and of their mirror images to one embedding each."""

from __future__ import annotations

from typing import Mapping, Sequence

import numpy as np

from ..backend import Request, Response, answer_each, tensor
from ..native import MergeLibrary
from ..settings import EmbedderSettings, Parameters


class TritonPythonModel:
    """From face_embedding and mirror_embedding FP32 [F, D] to output_0 [F, D] (mean) or [F, 2 D] (concat)."""

    def initialize(self, args: Mapping[str, str]) -> None:
        self._mode = EmbedderSettings.of(Parameters.of(args)).flip_merge
        self._library = MergeLibrary()

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        return answer_each(requests, self._answer)

    def _answer(self, request: Request) -> dict[str, np.ndarray]:
        views = np.ascontiguousarray(tensor(request, "face_embedding"))
        mirrored = np.ascontiguousarray(tensor(request, "mirror_embedding"))
        return {"output_0": self._library.flip(self._mode, views, mirrored)}
