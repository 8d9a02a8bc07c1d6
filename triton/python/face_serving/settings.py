"""Settings of the steps, read from the parameters of a model's config.pbtxt."""

from __future__ import annotations

import json
from typing import Any, Mapping, NamedTuple

from .candidates import DETECTOR_RULES
from .native import PlaneFormat


class Parameters:
    """Parameters of a model, which are texts. Every complaint names the model and the parameter."""

    def __init__(self, model: str, values: Mapping[str, str]) -> None:
        self.model = model
        self._values = values

    @staticmethod
    def of(arguments: Mapping[str, str]) -> Parameters:
        """:param arguments: what Triton hands to `initialize`"""
        config: Mapping[str, Any] = json.loads(arguments["model_config"])
        values = {key: value["string_value"] for key, value in config.get("parameters", {}).items()}
        return Parameters(config["name"], values)

    def has(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, *choices: str) -> str:
        """:param choices: what the text may be; anything when there are none"""
        if name not in self._values:
            raise ValueError(f"{self.model}: the parameter {name} is missing in config.pbtxt")
        value = self._values[name]
        if choices and value not in choices:
            raise ValueError(f"{self.model}: {name} is '{value}', expected one of {', '.join(choices)}")
        return value

    def number(self, name: str) -> float:
        text = self.text(name)
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"{self.model}: {name} is '{text}', expected a number") from None

    def whole(self, name: str) -> int:
        value = self.number(name)
        if value != int(value):
            raise ValueError(f"{self.model}: {name} is '{value}', expected a whole number")
        return int(value)


class DetectorSettings(NamedTuple):
    """A detector, as a model pack describes it."""

    kind: str
    #: Width and height of the planes.
    size: tuple[int, int]
    form: PlaneFormat
    #: A face counts when its score is above this, 0..1.
    score_threshold: float
    #: Of two boxes that overlap by more than this (intersection over union) the better stays.
    nms_threshold: float
    #: A network of its own finds the landmarks.
    points68: bool

    @staticmethod
    def of(parameters: Parameters) -> DetectorSettings:
        return DetectorSettings(
            parameters.text("detector_kind", *DETECTOR_RULES),
            (parameters.whole("detector_width"), parameters.whole("detector_height")),
            _plane_format(parameters, "detector"),
            parameters.number("score_threshold"),
            parameters.number("nms_threshold"),
            parameters.text("landmarks", "detector", "points68") == "points68",
        )


class EmbedderSettings(NamedTuple):
    """An embedder, as a model pack describes it."""

    face: PlaneFormat
    mirror: PlaneFormat
    #: "none", "mean" or "concat".
    flip_merge: str

    @staticmethod
    def of(parameters: Parameters) -> EmbedderSettings:
        return EmbedderSettings(
            _plane_format(parameters, "embedder"),
            _plane_format(parameters, "embedder", mirrored=True),
            parameters.text("flip_merge", "none", "mean", "concat"),
        )


def _plane_format(parameters: Parameters, part: str, mirrored: bool = False) -> PlaneFormat:
    return PlaneFormat(
        parameters.text(f"{part}_channels", "bgr", "rgb"),
        parameters.number(f"{part}_mean"),
        parameters.number(f"{part}_divisor"),
        mirrored,
    )
