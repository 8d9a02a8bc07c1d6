# SPDX-License-Identifier: Apache-2.0
"""Weights of the owner, into a backbone: every number must find its place."""

from __future__ import annotations

import json
import math
import pickle
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

#: What training programs put around the network, longest first; found by the name of the first parameter.
PREFIXES = ("model.net.", "module.net.", "module.", "net.", "model.", "")
LANDMARK = "pos_embed"
#: Of training with masked patches alone.
UNUSED = frozenset({"mask_token"})

SAFETENSORS_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
}
LONGEST_HEADER = 100_000_000
NAMES_SHOWN = 5


class WeightsError(RuntimeError):
    """Weights that do not fit or cannot be read; the text says which and why."""


def read_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """Tensors by name, on the CPU, from a .safetensors file or one of torch.save.

    The latter is read without running what a pickle may contain. Raises WeightsError.
    """
    if not path.is_file():
        raise WeightsError(f"{path} is missing: put the weights there")
    values: Mapping[str, Any] = (
        _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    )
    for wrapper in ("state_dict", "model"):
        inner = values.get(wrapper)
        if isinstance(inner, Mapping):
            values = inner
    tensors = {name: value for name, value in values.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise WeightsError(f"{path} holds no tensors")
    return tensors


def load_weights(backbone: nn.Module, tensors: Mapping[str, torch.Tensor], source: str) -> None:
    """Copies tensors into a backbone: all of its names, no others, the same shapes.

    source: of the messages. Raises WeightsError that names what is missing, left over or of another shape.
    """
    prefix = next((each for each in PREFIXES if f"{each}{LANDMARK}" in tensors), None)
    if prefix is None:
        raise WeightsError(
            f"{source} has no {LANDMARK}: these are no weights of a ViT of CVLface ({_some(list(tensors))})"
        )
    found = {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
    found = {name: value for name, value in found.items() if name not in UNUSED}
    expected = backbone.state_dict()
    complaints = [
        f"{what}: {_some(names)}"
        for what, names in (
            ("missing", [name for name in expected if name not in found]),
            ("left over", [name for name in found if name not in expected]),
            (
                "of another shape",
                [
                    f"{name} {list(found[name].shape)}, expected {list(value.shape)}"
                    for name, value in expected.items()
                    if name in found and found[name].shape != value.shape
                ],
            ),
            (
                "not finite",
                [
                    name
                    for name, value in found.items()
                    if value.is_floating_point() and not value.isfinite().all()
                ],
            ),
        )
        if names
    ]
    if complaints:
        raise WeightsError(f"{source} does not fit the structure; {'; '.join(complaints)}")
    backbone.load_state_dict(found, strict=True)


def _some(names: list[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _read_pickle(path: Path) -> dict[str, Any]:
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise WeightsError(
            f"{path} cannot be read as weights alone: {str(error).splitlines()[0]} "
            "A file with other objects is saved again by torch.save(model.state_dict(), path)."
        ) from error
    if not isinstance(values, Mapping):
        raise WeightsError(f"{path} holds a {type(values).__name__}, expected tensors by name")
    return dict(values)


def _read_safetensors(path: Path) -> dict[str, Any]:
    """https://huggingface.co/docs/safetensors: length of the header (8 bytes), header (JSON), numbers."""
    content = memoryview(path.read_bytes())
    try:
        (length,) = struct.unpack_from("<Q", content)
        if length > min(LONGEST_HEADER, len(content) - 8):
            raise ValueError(f"a header of {length} bytes")
        header = json.loads(bytes(content[8 : 8 + length]))
        numbers = content[8 + length :]
        return {name: _safetensor(entry, numbers) for name, entry in header.items() if name != "__metadata__"}
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{path} is no safetensors file: {error}") from error


def _safetensor(entry: Mapping[str, Any], numbers: memoryview) -> torch.Tensor:
    dtype, shape = SAFETENSORS_TYPES[str(entry["dtype"])], entry["shape"]
    begin, end = entry["data_offsets"]
    count = math.prod(shape)
    size = torch.empty(0, dtype=dtype).element_size()
    if not 0 <= begin <= end <= len(numbers) or end - begin != count * size:
        raise ValueError(f"offsets {begin}..{end} for {count} numbers of {size} bytes in {len(numbers)}")
    if count == 0:
        return torch.empty(shape, dtype=dtype)
    # A copy: the tensor must own its numbers, and frombuffer wants them writable.
    return torch.frombuffer(bytearray(numbers[begin:end]), dtype=dtype).view(shape)
