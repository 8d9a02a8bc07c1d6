# SPDX-License-Identifier: Apache-2.0
"""`python3 -m kprpe.tests.write_small_model FOLDER`: random weights of an owner, and what they give.

structure.json, model.pt: of a small backbone, under CVLface's names. model.onnx: of its aligner.
faces.bin: uint8 [faces, 112, 112, 3] BGR.
embeddings.bin: float32 [faces, 48], both views with 24 numbers each made into one embedding of unit length.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import torch

from ..export_aligner import KeypointNetwork, export_aligner, find_aligner
from .original_naming import VisionTransformerWithKPRPE, ViTKPRPEModel, randomise
from .small_aligner import small_aligner

FACES = 5
STRUCTURE = {"img_size": 112, "patch_size": 16, "embed_dim": 32, "depth": 3, "num_heads": 4, "mlp_ratio": 2}
DIMENSION = 24


def main(folder: Path) -> None:
    """Writes all of them."""
    torch.manual_seed(11)
    model = ViTKPRPEModel()
    model.net = VisionTransformerWithKPRPE(num_classes=DIMENSION, **STRUCTURE)
    randomise(model)
    aligner = small_aligner()
    faces = torch.randint(256, (FACES, 112, 112, 3), dtype=torch.uint8)

    (folder / "structure.json").write_text(json.dumps({**STRUCTURE, "output_dim": DIMENSION}))
    torch.save(model.state_dict(), folder / "model.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export_aligner(aligner, folder / "model.onnx")
    faces.numpy().tofile(folder / "faces.bin")

    keypoints = KeypointNetwork(find_aligner(aligner))
    planes = (faces.flip(-1).permute(0, 3, 1, 2).float() - 127.5) / 127.5
    with torch.no_grad():
        views = [model.net(view, keypoints(view)) for view in (planes, planes.flip(-1))]
    merged = torch.cat([torch.nn.functional.normalize(view) for view in views], dim=1)
    torch.nn.functional.normalize(merged).numpy().tofile(folder / "embeddings.bin")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
