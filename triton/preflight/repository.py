"""The model repository, as far as the checks need it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path

from text_format import Message, TextFormatError, parse_text_format

# Bytes of an element, https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto
ELEMENT_BYTES = {
    "TYPE_BOOL": 1,
    "TYPE_UINT8": 1,
    "TYPE_INT8": 1,
    "TYPE_UINT16": 2,
    "TYPE_INT16": 2,
    "TYPE_FP16": 2,
    "TYPE_BF16": 2,
    "TYPE_UINT32": 4,
    "TYPE_INT32": 4,
    "TYPE_FP32": 4,
    "TYPE_UINT64": 8,
    "TYPE_INT64": 8,
    "TYPE_FP64": 8,
}


class RepositoryError(Exception):
    """The repository cannot be read; the text says what and where."""


@dataclass(frozen=True)
class ModelConfig:
    """What a model's config.pbtxt says."""

    name: str
    folder: Path
    is_plan: bool
    is_python: bool
    max_batch_size: int
    cpu_instances: int
    gpu_instances: int
    """On each GPU; without one they are on the CPU."""
    tensor_bytes: int
    """Of all inputs and outputs for one element of a batch; a free dimension counts as its largest."""


def read_repository(repository: Path) -> list[ModelConfig]:
    """Returns the models of a repository by name. Raises RepositoryError."""
    if not repository.is_dir():
        raise RepositoryError(f"the model repository {repository} is missing")
    models = [_read(path) for path in sorted(repository.glob("*/config.pbtxt"))]
    if not models:
        raise RepositoryError(f"the model repository {repository} has no model with a config.pbtxt")
    return models


def _read(path: Path) -> ModelConfig:
    try:
        config = parse_text_format(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, TextFormatError) as error:
        raise RepositoryError(f"{path} cannot be read: {error}") from error
    platform, backend = _text(config, "platform"), _text(config, "backend")
    tensors = [
        tensor for kind in ("input", "output") for tensor in config.get(kind, []) if isinstance(tensor, dict)
    ]
    groups = [group for group in config.get("instance_group", []) if isinstance(group, dict)]
    try:
        return ModelConfig(
            name=path.parent.name,
            folder=path.parent,
            is_plan=platform == "tensorrt_plan" or backend == "tensorrt",
            is_python=backend == "python",
            max_batch_size=int(_text(config, "max_batch_size") or 0),
            cpu_instances=sum(_count(group) for group in groups if _text(group, "kind") == "KIND_CPU"),
            # Without a kind Triton takes the GPUs where there are some.
            gpu_instances=sum(_count(group) for group in groups if _text(group, "kind") != "KIND_CPU")
            if groups
            else 1,
            tensor_bytes=_tensor_bytes(tensors),
        )
    except ValueError as error:
        raise RepositoryError(f"{path}: a number is wrong: {error}") from error


def _count(group: Message) -> int:
    return int(_text(group, "count") or 1)


def _text(message: Message, field: str) -> str:
    value = message.get(field, [""])[-1]
    return value if isinstance(value, str) else ""


def _tensor_bytes(tensors: list[Message]) -> int:
    shapes = [[int(size) for size in tensor.get("dims", []) if isinstance(size, str)] for tensor in tensors]
    largest = max((size for shape in shapes for size in shape if size > 0), default=1)
    return sum(
        prod(size if size > 0 else largest for size in shape)
        * ELEMENT_BYTES.get(_text(tensor, "data_type"), 8)
        for shape, tensor in zip(shapes, tensors)
    )
