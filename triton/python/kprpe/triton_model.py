# SPDX-License-Identifier: Apache-2.0
"""`extract_net` with a KP-RPE backbone, in the place of a network as a plan."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

# A module of the Python backend itself: it exists only in the server.
import triton_python_backend_utils as pb_utils  # type: ignore[import-not-found]
from face_serving.backend import Request, Response, tensor, version_folder
from face_serving.settings import Parameters

from .backbone import KeypointTransformer
from .structure import read_structure
from .weights import load_weights, read_state_dict

# The last place to look: beside `python` lie folders with names as common as `build`.
sys.path.append(str(Path(__file__).resolve().parents[2]))

from rpe_ops.index import load, rpe_index  # noqa: E402

PRECISIONS = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


class Tensors(NamedTuple):
    """Names of the tensors, as config.pbtxt has them."""

    planes: str
    keypoints: str
    embedding: str

    @staticmethod
    def of(config: Mapping[str, Any], image_size: int, dimension: int) -> Tensors:
        """Told apart by their shapes. Raises ValueError when config.pbtxt and structure do not agree."""

        def find(kind: str, shape: list[int]) -> str:
            for each in config[kind]:
                if [int(size) for size in each["dims"]] == shape:
                    return str(each["name"])
            raise ValueError(
                f"{config['name']}: config.pbtxt has no {kind} of dims {shape}, as the structure asks for"
            )

        return Tensors(
            find("input", [3, image_size, image_size]), find("input", [5, 2]), find("output", [dimension])
        )


def choose_device(arguments: Mapping[str, str]) -> torch.device:
    """Of the instance. Raises RuntimeError when it is a GPU that PyTorch cannot use."""
    if arguments["model_instance_kind"] != "GPU":
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise RuntimeError(f"PyTorch {torch.__version__} cannot use the GPU of this instance")
    return torch.device("cuda", int(arguments["model_instance_device_id"]))


class TritonPythonModel:
    """From planes FP32 [B, 3, S, S] and keypoints FP32 [B, 5, 2] to an embedding FP32 [B, D]."""

    def initialize(self, args: Mapping[str, str]) -> None:
        config = json.loads(args["model_config"])
        parameters, folder = Parameters.of(args), version_folder(args)
        structure = read_structure(_optional(parameters, "kprpe_structure", "base"), folder)
        self._names = Tensors.of(config, structure.img_size, structure.output_dim)
        self._name, self._most = config["name"], max(1, int(config["max_batch_size"]))
        self._device = choose_device(args)
        usual = "fp32" if self._device.type == "cpu" else "fp16"
        precision = _optional(parameters, "kprpe_precision", usual, *PRECISIONS)
        self._network = KeypointTransformer(structure, _index_operation(parameters))
        weights = folder / _optional(parameters, "kprpe_weights", "model.pt")
        load_weights(self._network, read_state_dict(weights), weights.name)
        self._network.set_precision(PRECISIONS[precision]).to(self._device).eval()
        # Once, so that no request pays for what is set up then: on a GPU also memory, for the largest batch.
        faces, size = 1 if self._device.type == "cpu" else self._most, structure.img_size
        self._embed(np.zeros((faces, 3, size, size), np.float32), np.full((faces, 5, 2), 0.5, np.float32))
        pb_utils.Logger.log_info(f"{self._name}: {weights.name}, {precision} on {self._device}")

    def execute(self, requests: Sequence[Request]) -> list[Response]:
        """One pass of the network for all requests, or several where they are more than the largest batch."""
        try:
            planes = [tensor(request, self._names.planes) for request in requests]
            keypoints = [tensor(request, self._names.keypoints) for request in requests]
            embeddings = self._embed(np.concatenate(planes), np.concatenate(keypoints))
        except Exception as error:
            # A stack would tell the client about folders of this server: it goes to the log alone.
            pb_utils.Logger.log_error(traceback.format_exc())
            failure = pb_utils.TritonError(f"{self._name}: {type(error).__name__}")
            return [pb_utils.InferenceResponse(error=failure) for _ in requests]
        ends = np.cumsum([len(each) for each in planes])
        return [self._response(each) for each in np.split(embeddings, ends[:-1])]

    def finalize(self) -> None:
        del self._network

    def _embed(self, planes: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
        parts = []
        with torch.inference_mode():
            for begin in range(0, len(planes), self._most):
                part = slice(begin, begin + self._most)
                entering = (torch.from_numpy(each[part]).to(self._device) for each in (planes, keypoints))
                parts.append(self._network(*entering).cpu().numpy())
        return (
            np.concatenate(parts) if parts else np.empty((0, self._network.structure.output_dim), np.float32)
        )

    def _response(self, embedding: np.ndarray) -> Response:
        if not np.isfinite(embedding).all():
            # Keypoints that are no numbers, or weights that leave the range of half precision.
            words = f"{self._name}: the embedding is not finite"
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(words))
        return pb_utils.InferenceResponse([pb_utils.Tensor(self._names.embedding, embedding)])


def _optional(parameters: Parameters, name: str, otherwise: str, *choices: str) -> str:
    return parameters.text(name, *choices) if parameters.has(name) else otherwise


def _index_operation(parameters: Parameters) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    implementation = _optional(parameters, "kprpe_rpe_index", "extension", "extension", "gather")
    if implementation == "extension":
        # Now, so that a library that was not built stops the start and not the first request.
        load()
    return partial(rpe_index, implementation=implementation)
