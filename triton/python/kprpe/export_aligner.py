# SPDX-License-Identifier: Apache-2.0
"""The network that finds the keypoints, as ONNX: CVLface's differentiable face aligner without the alignment.

Runs where CVLface runs, with its aligner as its own loader returns it; see docs/triton.md.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

#: In the 16 numbers of a face, which begin with its box and two class scores.
KEYPOINTS = slice(6, 16)
OPSET = 17


class KeypointNetwork(nn.Module):
    """From planes float32 [B, 3, S, S] RGB, as the backbone has, to keypoints float32 [B, 5, 2] in 0..1."""

    def __init__(self, aligner: Any) -> None:
        super().__init__()
        self.net = aligner.net
        self._prior_box = aligner.prior_box
        self._size = int(aligner.preprocessor.output_size)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        # The aligner resizes in this way, and is fed BGR. Channels are picked because TensorRT has no flip.
        resized = functional.interpolate(
            planes, size=(self._size, self._size), mode="bilinear", align_corners=True
        )
        merged = self.net(resized[:, [2, 1, 0]], self._prior_box)[3]
        return merged[:, KEYPOINTS].reshape(-1, 5, 2)


def find_aligner(model: Any) -> Any:
    """The aligner in what a loader returned, which may have wrapped it. Raises ValueError."""
    while model is not None:
        if all(hasattr(model, part) for part in ("net", "prior_box", "preprocessor")):
            if model.preprocessor.padding != 0:
                raise ValueError("this aligner pads its input, which the exported network does not do")
            return model
        model = getattr(model, "model", None)
    raise ValueError(
        "this is not CVLface's differentiable face aligner: it has no net, prior_box and preprocessor"
    )


def export_aligner(model: Any, output: str | Path, image_size: int = 112) -> None:
    """Writes model.onnx: input `planes` [N, 3, image_size, image_size], output `keypoints` [N, 5, 2], N free.

    model: the aligner, as `load_model_by_repo_id` of CVLface returns it.
    Raises ValueError for another kind of aligner, or if the network's answer is not five points a face.
    """
    network = KeypointNetwork(find_aligner(model)).cpu().eval()
    # Two faces: with one, an exporter may take the batch for a constant.
    planes = torch.rand(2, 3, image_size, image_size) * 2 - 1
    with torch.no_grad():
        shape = list(network(planes).shape)
    if shape != [2, 5, 2]:
        raise ValueError(f"the network answers {shape} for two faces, expected [2, 5, 2]")
    torch.onnx.export(
        network,
        (planes,),
        str(output),
        input_names=["planes"],
        output_names=["keypoints"],
        dynamic_axes={"planes": {0: "faces"}, "keypoints": {0: "faces"}},
        opset_version=OPSET,
        # The newer exporter needs onnxscript besides onnx, and gains nothing here.
        **({"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}),
    )
