"""What every model needs of Triton's Python backend."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

import numpy as np

# A module of the Python backend itself: it exists only in the server.
import triton_python_backend_utils as pb_utils  # type: ignore[import-not-found]

from .letterbox import RefusedInput

Request = Any
Response = Any

#: From one request to its outputs by name.
Answer = Callable[[Request], Mapping[str, np.ndarray]]


def version_folder(arguments: Mapping[str, str]) -> Path:
    """The folder of the model's files.

    :param arguments: what Triton hands to `initialize`
    """
    return Path(arguments["model_repository"]) / arguments["model_version"]


def tensor(request: Request, name: str) -> np.ndarray:
    """An input as it lies in shared memory, without a copy: valid until the request is answered."""
    return pb_utils.get_input_tensor_by_name(request, name).as_numpy()


def call_model(model: str, input_name: str, value: np.ndarray, output_name: str) -> np.ndarray:
    """Asks another model of this server.

    :returns: its output, on the CPU
    :raises RuntimeError: with the words of the server, when it fails
    """
    request = pb_utils.InferenceRequest(
        model_name=model,
        requested_output_names=[output_name],
        inputs=[pb_utils.Tensor(input_name, np.ascontiguousarray(value))],
        preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU),
    )
    response = request.exec()
    if response.has_error():
        raise RuntimeError(f"{model}: {response.error().message()}")
    return pb_utils.get_output_tensor_by_name(response, output_name).as_numpy().copy()


def answer_each(requests: Sequence[Request], answer: Answer) -> list[Response]:
    """Answers requests one by one, so that one that is refused does not take the others with it."""
    return [_answered(request, answer) for request in requests]


def _answered(request: Request, answer: Answer) -> Response:
    try:
        outputs = answer(request)
    except RefusedInput as refusal:
        return pb_utils.InferenceResponse(
            error=pb_utils.TritonError(str(refusal), pb_utils.TritonError.INVALID_ARG)
        )
    except Exception as error:
        # A stack would tell the client about folders of this server: it goes to the log alone.
        pb_utils.Logger.log_error(traceback.format_exc())
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(f"{type(error).__name__}: {error}"))
    return pb_utils.InferenceResponse([pb_utils.Tensor(name, value) for name, value in outputs.items()])
