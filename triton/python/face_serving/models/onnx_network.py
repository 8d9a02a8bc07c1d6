"""A network by onnxruntime where production has a TensorRT plan."""

from __future__ import annotations

import json
from typing import Mapping, Sequence

import numpy as np

from ..backend import Request, Response, answer_each, tensor, version_folder
from ..onnx import OnnxNetwork
from ..settings import Parameters


class TritonPythonModel:
    """The input and the outputs that config.pbtxt names, FP32 [N, ...] each."""

    def initialize(self, args: Mapping[str, str]) -> None:
        config = json.loads(args["model_config"])
        self._input = config["input"][0]["name"]
        outputs = [output["name"] for output in config["output"]]
        self._network = OnnxNetwork(version_folder(args) / Parameters.of(args).text("onnx_file"), outputs)

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        return answer_each(requests, self._answer)

    def _answer(self, request: Request) -> dict[str, np.ndarray]:
        # One picture at a time: on a CPU a batch is no faster, and some networks take no more.
        found = [self._network.run(item[None]) for item in tensor(request, self._input)]
        if len(found) == 1:
            return found[0]
        return {name: np.concatenate([each[name] for each in found]) for name in found[0]}
