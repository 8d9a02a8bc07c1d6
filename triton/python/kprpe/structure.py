# SPDX-License-Identifier: Apache-2.0
"""What a backbone is made of. Names and meanings are those of CVLface's configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


class StructureError(ValueError):
    """A structure that cannot be built; the text names the key."""


def _require_keys(prefix: str, values: Mapping[str, Any], known: Any) -> None:
    for key in values:
        if key not in known:
            raise StructureError(f"{prefix}{key} is not known; known are {', '.join(known)}")


def _require_choice(name: str, value: Any, choices: Any) -> None:
    if value not in choices:
        raise StructureError(f"{name} is {value!r}, expected one of {', '.join(map(repr, choices))}")


def _require_whole(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise StructureError(f"{name} is {value!r}, expected a whole number from {least} to {most}")


@dataclass(frozen=True)
class Context:
    """How the keypoints become the table [heads, patches, buckets] that a layer's index reads from."""

    #: Each head has a table of its own.
    per_head: bool
    #: Each layer has tables of its own.
    per_layer: bool
    #: A hidden layer of 256 with ReLU and LayerNorm before the last linear map.
    hidden: bool


CONTEXTS = {
    "rel_keypoint": Context(per_head=False, per_layer=False, hidden=False),
    "rel_keypoint_v2": Context(per_head=False, per_layer=False, hidden=True),
    "rel_keypoint_unshared": Context(per_head=False, per_layer=True, hidden=False),
    "rel_keypoint_unshared_v2": Context(per_head=False, per_layer=True, hidden=True),
    "rel_keypoint_splithead": Context(per_head=True, per_layer=False, hidden=False),
    "rel_keypoint_splithead_unshared": Context(per_head=True, per_layer=True, hidden=False),
}
METHODS = ("euc", "quant", "product", "cross")

#: What a configuration of CVLface says besides; nothing else is made here.
FIXED_RPE = {
    "name": ("KPRPE_shared",),
    "rpe_on": ("k",),
    "mode": ("ctx", "contextual"),
    "shared_head": (True, False),
}


@dataclass(frozen=True)
class RpeConfig:
    """Relative position encoding: pairs of patches fall into buckets by their distance."""

    method: str = "product"
    #: Buckets grow with it: distances are told apart up to twice the ratio on each axis.
    ratio: float = 1.9
    ctx_type: str = "rel_keypoint_splithead_unshared"
    #: The first so many of the five.
    num_keypoints: int = 5

    def __post_init__(self) -> None:
        _require_choice("rpe_config.method", self.method, METHODS)
        _require_choice("rpe_config.ctx_type", self.ctx_type, CONTEXTS)
        if not 0.5 <= self.ratio <= 100:
            raise StructureError(f"rpe_config.ratio is {self.ratio}, expected a number from 0.5 to 100")
        _require_whole("rpe_config.num_keypoints", self.num_keypoints, 1, 5)

    @property
    def context(self) -> Context:
        return CONTEXTS[self.ctx_type]


@dataclass(frozen=True)
class Structure:
    """The defaults are `base`: the structure of AdaFace ViT-Base KP-RPE."""

    #: Side of the square crop and of a patch, in pixels.
    img_size: int = 112
    patch_size: int = 8
    embed_dim: int = 512
    depth: int = 24
    num_heads: int = 16
    mlp_ratio: float = 3
    #: Numbers of the embedding.
    output_dim: int = 512
    qkv_bias: bool = False
    #: Of the products of queries and keys; null for the usual one, head dimension ** -0.5.
    qk_scale: float | None = None
    #: "ln" (LayerNorm) or "bn" (BatchNorm over patches).
    norm_layer: str = "ln"
    #: Order of the channels in which the weights want the planes; the step before it makes them so.
    color_space: str = "RGB"
    rpe_config: RpeConfig = field(default_factory=RpeConfig)

    def __post_init__(self) -> None:
        for name in ("img_size", "patch_size", "embed_dim", "depth", "num_heads", "output_dim"):
            _require_whole(name, getattr(self, name), 1, 65536)
        _require_choice("norm_layer", self.norm_layer, ("ln", "bn"))
        _require_choice("color_space", self.color_space, ("RGB", "BGR"))
        if self.img_size % self.patch_size:
            raise StructureError(f"img_size {self.img_size} is no multiple of patch_size {self.patch_size}")
        if self.embed_dim % self.num_heads:
            raise StructureError(f"embed_dim {self.embed_dim} is no multiple of num_heads {self.num_heads}")
        if not 0 < self.mlp_ratio <= 64:
            raise StructureError(f"mlp_ratio is {self.mlp_ratio}, expected a number above 0, up to 64")

    @property
    def side(self) -> int:
        """Patches along a side."""
        return self.img_size // self.patch_size

    @property
    def patches(self) -> int:
        return self.side * self.side

    @property
    def head_dim(self) -> int:
        return self.embed_dim // self.num_heads

    @property
    def hidden_dim(self) -> int:
        return int(self.embed_dim * self.mlp_ratio)


PRESETS = {"base": Structure(), "small": Structure(depth=12, num_heads=8, mlp_ratio=5)}


def read_structure(text: str, folder: Path) -> Structure:
    """A structure from what a model's parameter says.

    text: name of a preset, a JSON object, or the name of a JSON file in `folder`. Keys that an object leaves
        out are those of `base`, or of the preset under its key "name", as in CVLface.
    Raises StructureError that names the key.
    """
    if text in PRESETS:
        return PRESETS[text]
    if not text.lstrip().startswith("{"):
        path = folder / text
        if not path.is_file():
            raise StructureError(f'"{text}" is neither {" nor ".join(PRESETS)} nor a file in {folder.name}/')
        text = path.read_text()
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise StructureError(f"not JSON: {error}") from error
    if not isinstance(values, dict):
        raise StructureError("the JSON must be an object")
    return _structure_of(values)


def _structure_of(values: Mapping[str, Any]) -> Structure:
    values = dict(values)
    # Of CVLface's file, for training or for its program.
    for ignored in ("start_from", "freeze", "mask_ratio", "yaml_path", "input_size"):
        values.pop(ignored, None)
    preset = values.pop("name", "base")
    _require_choice("name", preset, PRESETS)
    rpe = values.pop("rpe_config", {})
    if not isinstance(rpe, dict):
        raise StructureError("rpe_config must be an object")
    rpe = dict(rpe)
    for key, allowed in FIXED_RPE.items():
        if key in rpe:
            _require_choice(f"rpe_config.{key}", rpe.pop(key), allowed)
    start = {each.name: getattr(PRESETS[preset], each.name) for each in fields(Structure)}
    _require_keys("", values, start)
    _require_keys("rpe_config.", rpe, [each.name for each in fields(RpeConfig)])
    try:
        return Structure(**{**start, **values, "rpe_config": RpeConfig(**rpe)})
    except TypeError as error:
        raise StructureError(str(error)) from error
